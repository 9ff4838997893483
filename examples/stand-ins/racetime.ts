import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { WebSocketServer } from 'ws';
import { closeNow, listenLocally } from './local.ts';
import { RaceRoom } from './raceRoom.ts';

export { RaceRoom } from './raceRoom.ts';

/** As long as racetime.gg gives a token to live, in seconds. */
const TOKEN_S = 36_000;
const ROOM_PATH = '/ws/o/bot/';

export interface RacetimeOptions {
  /** The slug of its one category. Default: `alttpr`. */
  category?: string;
}

/** racetime.gg on 127.0.0.1, as a bot of one category sees it: token, list of races, data of a race, and the WebSocket of its room. */
export class RacetimeStandIn implements AsyncDisposable {
  readonly category: string;
  readonly clientId = 'stand-in-bot';
  readonly clientSecret = randomBytes(16).toString('hex');
  readonly #rooms = new Map<string, RaceRoom>();
  readonly #tokens = new Set<string>();
  readonly #http: Server;
  readonly #sockets = new WebSocketServer({ noServer: true });
  #port = 0;

  static async start(options: RacetimeOptions = {}): Promise<RacetimeStandIn> {
    const racetime = new RacetimeStandIn(options);
    racetime.#port = await listenLocally(racetime.#http);
    return racetime;
  }

  private constructor({ category = 'alttpr' }: RacetimeOptions) {
    this.category = category;
    this.#http = createServer((request, response) => void this.#serve(request, response));
    this.#http.on('upgrade', (request, socket, head) => this.#connect(request, socket, head));
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Opens a race; a bot finds it in the list of races. */
  openRoom(slug = `stand-in-${randomBytes(4).toString('hex')}`): RaceRoom {
    const room = new RaceRoom(this.category, slug, `${ROOM_PATH}${slug}`);
    this.#rooms.set(slug, room);
    return room;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    await closeNow(this.#http);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = decodeURIComponent(request.url ?? '');
    if (request.method === 'POST' && path === '/o/token') return this.#giveToken(new URLSearchParams(await text(request)), response);
    const [, category, slug] = /^\/([^/]+)(?:\/([^/]+))?\/data$/.exec(path) ?? [];
    const room = this.#rooms.get(slug ?? '');
    if (request.method !== 'GET' || category !== this.category) answer(response, 404, { errors: ['not found'] });
    else if (slug === undefined) answer(response, 200, this.#categoryData());
    else if (room === undefined) answer(response, 404, { errors: ['not found'] });
    else answer(response, 200, room.data());
  }

  #categoryData(): object {
    const races = [...this.#rooms.values()].filter(({ isOver }) => !isOver);
    return { name: this.category, slug: this.category, url: `/${this.category}`, current_races: races.map((room) => room.summary()) };
  }

  #giveToken(form: URLSearchParams, response: ServerResponse): void {
    if (form.get('grant_type') !== 'client_credentials') return answer(response, 400, { error: 'unsupported_grant_type' });
    if (form.get('client_id') !== this.clientId || form.get('client_secret') !== this.clientSecret)
      return answer(response, 401, { error: 'invalid_client' });
    const token = randomBytes(15).toString('hex');
    this.#tokens.add(token);
    answer(response, 200, { access_token: token, expires_in: TOKEN_S, token_type: 'Bearer', scope: 'read write' });
  }

  /** Whoever knows a room may listen. Whether it may act is asked when it does. */
  #connect(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { pathname, searchParams } = new URL(request.url ?? '', this.url);
    const room = pathname.startsWith(ROOM_PATH) ? this.#rooms.get(decodeURIComponent(pathname.slice(ROOM_PATH.length))) : undefined;
    if (room === undefined) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
      return;
    }
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? searchParams.get('token') ?? '';
    this.#sockets.handleUpgrade(request, socket, head, (one) => room.join(one, this.#tokens.has(token)));
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
