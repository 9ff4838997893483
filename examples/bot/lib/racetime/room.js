import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import { apology } from '../apologize.js';

const OVER = new Set(['finished', 'cancelled']);

/** The room of one race: hears its chat, and lets a handler answer `!seed` by its method `ex_seed`. */
export class Room {
  #options;
  #handler;
  /** @type {WebSocket | undefined} */
  #socket;
  #isLeaving = false;
  #mayReconnect = true;

  /**
   * @param {object} options
   * @param {URL} options.url of its WebSocket
   * @param {() => Promise<string>} options.authorize resolves to an access token
   * @param {(room: Room) => object} options.createHandler
   * @param {(what: string, error?: unknown) => void} options.complain
   * @param {() => void} options.onLeft called once, when it is left for good
   */
  constructor(options) {
    this.#options = options;
    this.#handler = options.createHandler(this);
  }

  /** Joins, and joins once more where the connection breaks. Never rejects. */
  async join() {
    const { url, authorize, complain } = this.#options;
    try {
      const token = await authorize();
      if (this.#isLeaving) return this.#left();
      this.#socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } })
        .on('message', (raw) => void this.#receive(JSON.parse(new TextDecoder().decode(raw))))
        .on('error', (error) => complain('the connection to a race room failed', error))
        .on('close', () => this.#left());
    } catch (error) {
      complain('a race room could not be joined', error);
      this.#left();
    }
  }

  leave() {
    this.#isLeaving = true;
    this.#socket?.close();
  }

  /** @param {string} message */
  say(message) {
    // racetime.gg takes each guid once, so that nothing is said twice.
    this.#send('message', { message, guid: randomUUID() });
  }

  /**
   * Sets the bot's part of what stands over the race.
   * @param {string} info
   */
  setInfo(info) {
    this.#send('setinfo', { info_bot: info });
  }

  #send(action, data) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify({ action, data }));
  }

  async #receive({ type, message, race }) {
    if (type === 'chat.message') await this.#hear(message);
    else if (type === 'race.data' && OVER.has(race.status.value)) this.leave();
    else if (type === 'error') this.#options.complain('racetime.gg refused what the bot did in a race room');
  }

  async #hear(message) {
    if (message.is_bot || message.is_system) return;
    const [word, ...args] = message.message_plain.trim().toLowerCase().split(/\s+/);
    const method = `ex_${word.slice(1)}`;
    if (!word.startsWith('!') || typeof this.#handler[method] !== 'function') return;
    try {
      await this.#handler[method](args, message);
    } catch (error) {
      this.say(apology(error));
    }
  }

  #left() {
    if (!this.#isLeaving && this.#mayReconnect) {
      this.#mayReconnect = false;
      void this.join();
    } else this.#options.onLeft();
  }
}
