import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import type { RawData, WebSocket } from 'ws';
import { z } from 'zod';

/** As on racetime.gg. */
const MESSAGE_LENGTH = 1000;
const HISTORY_LENGTH = 100;
const ANSWER_MS = 5_000;

const Action = z.object({ action: z.string(), data: z.record(z.string(), z.unknown()).nullish() });
const Message = z.object({ message: z.string().min(1).max(MESSAGE_LENGTH), guid: z.string().regex(/^[0-9a-z-]+$/) });
const Info = z.object({ info_bot: z.string() });

type RaceStatus = 'open' | 'invitational' | 'pending' | 'in_progress' | 'finished' | 'cancelled';
type Author = 'user' | 'bot' | 'system';

/** The room of one race: what its users do in it, and the WebSocket that a bot has of it. */
export class RaceRoom {
  readonly slug: string;
  /** What the bot wrote over the race. */
  info = '';
  readonly #category: string;
  readonly #socketPath: string;
  readonly #sockets = new Set<WebSocket>();
  readonly #history: { readonly id: string }[] = [];
  readonly #guids = new Set<string>();
  readonly #bot = new EventEmitter();
  #status: RaceStatus = 'open';
  #version = 1;

  constructor(category: string, slug: string, socketPath: string) {
    this.#category = category;
    this.slug = slug;
    this.#socketPath = socketPath;
  }

  get isOver(): boolean {
    return this.#status === 'finished' || this.#status === 'cancelled';
  }

  /** Whether a bot is connected. */
  get isJoined(): boolean {
    return this.#sockets.size > 0;
  }

  /** Says something as a user. */
  say(message: string, user = 'racer'): void {
    this.#post('user', message, user);
  }

  /**
   * Says something as a user and waits for the next thing that the bot says.
   * @returns `undefined` when it says nothing in time.
   */
  async ask(message: string, { user = 'racer', withinMs = ANSWER_MS } = {}): Promise<string | undefined> {
    const answer = this.#next('answer', withinMs);
    this.say(message, user);
    return answer;
  }

  /** Breaks the connections and waits until a bot is there again; resolves to whether it came. */
  async disconnect(withinMs = ANSWER_MS): Promise<boolean> {
    const joined = this.#next('joined', withinMs);
    for (const socket of this.#sockets) socket.terminate();
    return (await joined) !== undefined;
  }

  /** The race goes on, or ends. */
  setStatus(status: RaceStatus): void {
    this.#status = status;
    this.#changed();
  }

  /** A bot has connected. */
  join(socket: WebSocket, mayAct: boolean): void {
    this.#sockets.add(socket);
    socket.on('error', () => socket.terminate());
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('message', (raw) => this.#receive(socket, mayAct, raw));
    this.#deliver('race.data', this.#race(), socket);
    this.#bot.emit('joined', this.slug);
  }

  /** The race in the list of its category. */
  summary(): object {
    const url = `/${this.#category}/${this.slug}`;
    return { name: url.slice(1), url, data_url: `${url}/data`, status: { value: this.#status }, info: this.info, entrants_count: 0 };
  }

  data(): object {
    const { slug, info } = this;
    return { ...this.summary(), slug, version: this.#version, info_bot: info, websocket_bot_url: this.#socketPath };
  }

  #race(): object {
    return { race: this.data(), version: this.#version };
  }

  #receive(socket: WebSocket, mayAct: boolean, raw: RawData): void {
    const parsed = Action.safeParse(jsonOf(raw));
    const { action, data } = parsed.data ?? {};
    if (action === 'ping') this.#deliver('pong', {}, socket);
    else if (action === 'getrace') this.#deliver('race.data', this.#race(), socket);
    else if (action === 'gethistory') this.#deliver('chat.history', { messages: this.#after(data?.['last_message']) }, socket);
    else if (action !== 'message' && action !== 'setinfo') this.#refuse(socket, 'there is no such action');
    else if (!mayAct) this.#refuse(socket, 'the token is not one of a bot of this category');
    else if (action === 'message') this.#hear(socket, data);
    else this.#setInfo(socket, data);
  }

  #hear(socket: WebSocket, data: unknown): void {
    const message = Message.safeParse(data);
    if (!message.success) return this.#refuse(socket, 'a message takes a text and a guid');
    // Said before: racetime.gg passes over it in silence.
    if (this.#guids.has(message.data.guid)) return;
    this.#guids.add(message.data.guid);
    this.#post('bot', message.data.message, 'Stand-in bot');
    this.#bot.emit('answer', message.data.message);
  }

  #setInfo(socket: WebSocket, data: unknown): void {
    const info = Info.safeParse(data);
    if (!info.success) return this.#refuse(socket, 'the information over a race is a text');
    this.info = info.data.info_bot;
    this.#changed();
    this.#post('system', 'The information has changed', '');
  }

  #changed(): void {
    this.#version += 1;
    this.#deliver('race.data', this.#race());
  }

  #post(author: Author, message: string, name: string): void {
    const posted = {
      id: randomBytes(8).toString('hex'),
      user: author === 'user' ? { id: `id-of-${name}`, full_name: `${name}#1234`, name, discriminator: '1234', can_moderate: false } : null,
      bot: author === 'bot' ? name : null,
      posted_at: new Date().toISOString(),
      message,
      message_plain: message,
      is_bot: author === 'bot',
      is_system: author === 'system',
      is_monitor: false,
      is_dm: false,
      is_pinned: false,
      delay: 0
    };
    this.#history.push(posted);
    this.#deliver('chat.message', { message: posted });
  }

  /** The messages since the one of that id, or the last ones. */
  #after(id: unknown): readonly object[] {
    return this.#history.slice(this.#history.findIndex((one) => one.id === id) + 1).slice(-HISTORY_LENGTH);
  }

  #refuse(socket: WebSocket, problem: string): void {
    this.#deliver('error', { errors: [problem] }, socket);
  }

  #deliver(type: string, more: object, ...sockets: WebSocket[]): void {
    const json = JSON.stringify({ type, date: new Date().toISOString(), ...more });
    for (const socket of sockets.length > 0 ? sockets : this.#sockets) socket.send(json);
  }

  /** What comes with the next such event; `undefined` when there is none in time. */
  async #next(event: 'answer' | 'joined', withinMs: number): Promise<string | undefined> {
    try {
      const [value] = (await once(this.#bot, event, { signal: AbortSignal.timeout(withinMs) })) as [string];
      return value;
    } catch {
      return undefined;
    }
  }
}

function jsonOf(raw: RawData): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(Array.isArray(raw) ? Buffer.concat(raw) : raw));
  } catch {
    return undefined;
  }
}
