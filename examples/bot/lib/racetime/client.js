import { Room } from './room.js';

/** How often racetime.gg is asked for new races. */
const POLL_MS = 30_000;
/** How long it may take to answer. */
const TIMEOUT_MS = 10_000;

/**
 * @typedef {object} RacetimeOptions
 * @property {string} url as `https://racetime.gg`
 * @property {string} clientId of the category's bot
 * @property {string} clientSecret
 * @property {string} category its slug, as `alttpr`
 * @property {(room: Room) => object} createHandler makes what answers in a room: a method `ex_seed` answers `!seed`
 * @property {(what: string, error?: unknown) => void} complain told what goes wrong; nothing that a user wrote
 * @property {number} [pollMs] milliseconds between two looks for new races
 */

/** A bot of one category on racetime.gg: it finds the category's races and joins the room of each. */
export class RacetimeClient {
  #options;
  #token = { text: '', renewMs: 0 };
  /** @type {Map<string, Room>} */
  #rooms = new Map();
  #timer;
  #stopped = false;

  /** @param {RacetimeOptions} options */
  constructor(options) {
    this.#options = { pollMs: POLL_MS, ...options };
  }

  /** Joins the races of now, and keeps looking for new ones. Never rejects. */
  async start() {
    try {
      await this.#joinRaces();
    } catch (error) {
      this.#options.complain('racetime.gg could not be asked for its races', error);
    }
    if (!this.#stopped) this.#timer = setTimeout(() => void this.start(), this.#options.pollMs);
  }

  /** Leaves every room. */
  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
    for (const room of this.#rooms.values()) room.leave();
  }

  async #joinRaces() {
    const { category, url, createHandler, complain } = this.#options;
    const { current_races: races } = await this.#get(`/${category}/data`);
    for (const { name, data_url: path } of races) {
      if (this.#rooms.has(name)) continue;
      const { websocket_bot_url: socketPath } = await this.#get(path);
      if (this.#stopped) return;
      const room = new Room({
        url: new URL(socketPath, url.replace(/^http/, 'ws')),
        authorize: () => this.#authorize(),
        createHandler,
        complain,
        // A race that still runs is found and joined again.
        onLeft: () => this.#rooms.delete(name)
      });
      this.#rooms.set(name, room);
      void room.join();
    }
  }

  async #get(path) {
    return answerOf(await fetch(new URL(path, this.#options.url), { signal: AbortSignal.timeout(TIMEOUT_MS) }));
  }

  /** The access token. A new one is asked for when half the life of the old one is over. */
  async #authorize() {
    if (performance.now() < this.#token.renewMs) return this.#token.text;
    const { url, clientId, clientSecret } = this.#options;
    const response = await fetch(new URL('/o/token', url), {
      method: 'POST',
      body: new URLSearchParams({ client_id: clientId, client_secret: clientSecret, grant_type: 'client_credentials' }),
      signal: AbortSignal.timeout(TIMEOUT_MS)
    });
    const { access_token: text, expires_in: seconds } = await answerOf(response);
    this.#token = { text, renewMs: performance.now() + seconds * 500 };
    return text;
  }
}

/** @param {Response} response */
async function answerOf(response) {
  if (!response.ok) throw new Error(`racetime.gg answered ${response.status}`);
  return response.json();
}
