import type { Server } from 'node:http';
import { GatewayCloseCodes, GatewayDispatchEvents, GatewayIntentBits, GatewayOpcodes } from 'discord.js';
import type { GatewayIdentifyData, GatewayReadyDispatchData, GatewayResumeData, GatewaySendPayload } from 'discord.js';
import { WebSocketServer } from 'ws';
import type { RawData, WebSocket } from 'ws';
import { bodyOf } from './rest.ts';
import { snowflake } from './snowflake.ts';
import type { World } from './world.ts';

const HEARTBEAT_MS = 41_250;
const EVENTS_KEPT_FOR_RESUME = 250;

interface Session {
  id: string;
  shard: readonly [number, number];
  intents: number;
  sequence: number;
  recent: { s: number; json: string }[];
  socket: WebSocket | undefined;
}

/** The WebSocket side: every session whose shard and intents fit gets an event, as on Discord. */
export class Gateway {
  readonly #server: WebSocketServer;
  readonly #sessions = new Map<string, Session>();
  readonly #world: World;
  readonly #token: string;
  readonly #url: () => string;

  constructor(http: Server, world: World, token: string, url: () => string) {
    this.#world = world;
    this.#token = token;
    this.#url = url;
    this.#server = new WebSocketServer({ server: http });
    this.#server.on('connection', (socket) => this.#greet(socket));
  }

  /** Answers whether some session, connected or still to be resumed, gets the event. */
  dispatch(event: GatewayDispatchEvents, data: object, guildId: string | null, intent = 0): boolean {
    let received = false;
    for (const session of this.#sessions.values()) {
      if (shardOf(guildId, session.shard[1]) !== session.shard[0] || (session.intents & intent) !== intent) continue;
      this.#send(session, event, data);
      received = true;
    }
    return received;
  }

  seesMessageContent(): boolean {
    return Array.from(this.#sessions.values()).some((session) => (session.intents & GatewayIntentBits.MessageContent) !== 0);
  }

  /** Closes every connection; with the default code a client resumes its session. */
  disconnect(code = GatewayCloseCodes.UnknownError): void {
    for (const socket of this.#server.clients) socket.close(code);
  }

  close(): void {
    for (const socket of this.#server.clients) socket.terminate();
    this.#server.close();
  }

  #greet(socket: WebSocket): void {
    socket.on('error', () => socket.terminate());
    socket.on('message', (raw) => this.#receive(socket, parse(raw)));
    socket.on('close', (code) => this.#forget(socket, code));
    sendOperation(socket, GatewayOpcodes.Hello, { heartbeat_interval: HEARTBEAT_MS });
  }

  #receive(socket: WebSocket, payload: GatewaySendPayload): void {
    if (payload.op === GatewayOpcodes.Heartbeat) sendOperation(socket, GatewayOpcodes.HeartbeatAck, null);
    else if (payload.op === GatewayOpcodes.Identify) this.#identify(socket, payload.d);
    else if (payload.op === GatewayOpcodes.Resume) this.#resume(socket, payload.d);
  }

  #identify(socket: WebSocket, { token, intents, shard = [0, 1] }: GatewayIdentifyData): void {
    if (token !== this.#token) return socket.close(GatewayCloseCodes.AuthenticationFailed);
    // Whoever identifies anew is not coming back for an older session of the same shard.
    for (const old of this.#sessions.values()) if (!old.socket && old.shard[0] === shard[0]) this.#sessions.delete(old.id);
    const session: Session = { id: snowflake(), shard: [...shard], intents, sequence: 0, recent: [], socket };
    this.#sessions.set(session.id, session);

    const guilds = this.#world.guilds.filter(({ id }) => shardOf(id, shard[1]) === shard[0]);
    const application = this.#world.application();
    const ready: GatewayReadyDispatchData = {
      v: 10,
      user: this.#world.user(this.#world.bot),
      guilds: guilds.map(({ id }) => ({ id, unavailable: true })),
      session_id: session.id,
      resume_gateway_url: this.#url(),
      shard,
      application: { id: application.id, flags: application.flags, flags_new: application.flags_new }
    };
    this.#send(session, GatewayDispatchEvents.Ready, ready);
    if ((intents & GatewayIntentBits.Guilds) === 0) return;
    for (const guild of guilds) this.#send(session, GatewayDispatchEvents.GuildCreate, this.#world.guildCreate(guild));
  }

  #resume(socket: WebSocket, { token, session_id, seq }: GatewayResumeData): void {
    const session = this.#sessions.get(session_id);
    if (!session || token !== this.#token) return sendOperation(socket, GatewayOpcodes.InvalidSession, false);
    session.socket = socket;
    for (const { s, json } of session.recent) if (s > seq) socket.send(json);
    this.#send(session, GatewayDispatchEvents.Resumed, {});
  }

  #send(session: Session, event: GatewayDispatchEvents, data: object): void {
    session.sequence += 1;
    const json = JSON.stringify({ op: GatewayOpcodes.Dispatch, s: session.sequence, t: event, d: data });
    session.recent.push({ s: session.sequence, json });
    if (session.recent.length > EVENTS_KEPT_FOR_RESUME) session.recent.shift();
    session.socket?.send(json);
  }

  #forget(socket: WebSocket, code: number): void {
    for (const session of this.#sessions.values()) {
      if (session.socket !== socket) continue;
      session.socket = undefined;
      // A client that says goodbye with 1000 or 1001 ends its session; any other close leaves it to be resumed.
      if (code === 1000 || code === 1001) this.#sessions.delete(session.id);
    }
  }
}

function parse(raw: RawData): GatewaySendPayload {
  const bytes = Array.isArray(raw) ? Buffer.concat(raw) : raw;
  return bodyOf<GatewaySendPayload>({ body: JSON.parse(new TextDecoder().decode(bytes)) });
}

function sendOperation(socket: WebSocket, op: GatewayOpcodes, d: unknown): void {
  socket.send(JSON.stringify({ op, d, s: null, t: null }));
}

function shardOf(guildId: string | null, shards: number): number {
  return guildId === null ? 0 : Number((BigInt(guildId) >> 22n) % BigInt(shards));
}
