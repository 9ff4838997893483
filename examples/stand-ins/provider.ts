import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { z } from 'zod';
import { closeNow, listenLocally } from './local.ts';

export type ProviderFault = 'ok' | 'slow' | 'unavailable' | 'reset';

export interface ProviderOptions {
  /** The same seed gives the same hashes and the same faults in the same order. Default: 1. */
  seed?: number;
  /** The probability of each of slow, unavailable and reset. Default: 0. */
  faultRate?: number;
  /** Milliseconds before an answer. Default: 20. */
  delayMs?: number;
  /** Milliseconds before a slow answer, more than a client is willing to wait. Default: 1000. */
  slowMs?: number;
}

const Wanted = z.object({ game: z.string(), preset: z.string() });

const PRESETS: Record<string, readonly string[]> = {
  alttpr: ['open', 'standard', 'inverted', 'crosskeys', 'mcshuffle'],
  smz3: ['normal', 'hard'],
  sm: ['normal', 'tournament']
};

/** A seed provider such as a game randomizer's web site: `POST /seeds` with `{ game, preset }` answers `{ hash, permalink }`. */
export class ProviderStandIn implements AsyncDisposable {
  readonly #options: Required<ProviderOptions>;
  readonly #random: () => number;
  readonly #planned: ProviderFault[] = [];
  readonly #http: Server;
  #port = 0;

  static async start(options: ProviderOptions = {}): Promise<ProviderStandIn> {
    const provider = new ProviderStandIn(options);
    provider.#port = await listenLocally(provider.#http);
    return provider;
  }

  private constructor(options: ProviderOptions) {
    this.#options = { seed: 1, faultRate: 0, delayMs: 20, slowMs: 1000, ...options };
    this.#random = seededRandom(this.#options.seed);
    this.#http = createServer((request, response) => void this.#serve(request, response));
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** What the next requests meet, in order, instead of chance. */
  next(...faults: ProviderFault[]): void {
    this.#planned.push(...faults);
  }

  stop(): Promise<void> {
    return closeNow(this.#http);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST' || request.url !== '/seeds') return answer(response, 404, { error: 'not found' });
    const wanted = Wanted.safeParse(await json(request).catch(() => null));
    if (!wanted.success) return answer(response, 400, { error: 'send JSON with game and preset' });
    const { game, preset } = wanted.data;
    const fault = this.#planned.shift() ?? this.#chance();
    const hash = Math.trunc(this.#random() * 36 ** 8)
      .toString(36)
      .padStart(8, '0');

    if (fault === 'reset') request.socket.resetAndDestroy();
    else if (fault === 'unavailable') answer(response, 503, { error: 'unavailable' });
    else if (!PRESETS[game]?.includes(preset)) answer(response, 422, { error: 'unknown preset' });
    else {
      const { delayMs, slowMs } = this.#options;
      const permalink = `${this.url}/${game}/${hash}`;
      setTimeout(() => answer(response, 200, { hash, permalink }), fault === 'slow' ? slowMs : delayMs).unref();
    }
  }

  #chance(): ProviderFault {
    const drawn = this.#random();
    const faults: ProviderFault[] = ['slow', 'unavailable', 'reset'];
    return faults[Math.floor(drawn / this.#options.faultRate)] ?? 'ok';
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** Mulberry32, by Tommy Ettinger (public domain): small, and the same on every machine. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
