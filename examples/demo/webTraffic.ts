import { randomUUID } from 'node:crypto';
import { freePort, RedisServer } from '../stand-ins/redisServer.ts';
import type { Use } from './traffic.ts';

/** What visitors of the bot's web API do, relative to each other. */
const VISITS = ['login', 'seed', 'seed', 'seed', 'bad seed', 'stolen login', 'stranger'] as const;
const ANNOUNCEMENTS = 3;

/** The visitors of the bot's web API, one of whom has its scheduled task run; the task only where this machine has a Redis. */
export class WebTraffic {
  readonly uses: readonly Use[];
  /** How many runs of the scheduled task the uses lead to, each a run of its own. */
  readonly announcements: number;
  readonly #port: number;
  readonly #redis: RedisServer | undefined;
  readonly #token = randomUUID();

  /** @param count how many visits, about; each kind happens at least once. */
  static async start(count: number): Promise<WebTraffic> {
    return new WebTraffic(await freePort(), RedisServer.isInstalled() ? await RedisServer.start() : undefined, count);
  }

  private constructor(port: number, redis: RedisServer | undefined, count: number) {
    this.#port = port;
    this.#redis = redis;
    this.announcements = redis === undefined ? 0 : ANNOUNCEMENTS;
    const announcements = Array.from({ length: this.announcements }, () => () => this.#announce(this.#token));
    const visits = Array.from({ length: Math.ceil(count / VISITS.length) }, () => VISITS.map((kind) => this.#visit(kind))).flat(2);
    this.uses = [...announcements, ...visits];
  }

  /** The variables that make the sample bot serve them. */
  get env(): Record<string, string> {
    return { API_PORT: String(this.#port), API_TOKEN: this.#token, ...(this.#redis !== undefined && { REDIS_URL: this.#redis.url }) };
  }

  async stop(): Promise<void> {
    await this.#redis?.stop();
  }

  /** Each request is a use: a login has two. */
  #visit(kind: (typeof VISITS)[number]): Use[] {
    switch (kind) {
      case 'login': {
        const begun = Promise.withResolvers<string>();
        return [
          async () => {
            const response = await this.#request('/auth/login');
            begun.resolve(new URL(response.headers.get('location') ?? '').searchParams.get('state') ?? '');
            return response;
          },
          async () => this.#request(`/auth/callback?code=visitor&state=${await begun.promise}`)
        ];
      }
      case 'stolen login':
        return [() => this.#request('/auth/callback?code=visitor&state=stolen')];
      case 'stranger':
        return [() => this.#announce('guessed')];
      default:
        return [() => this.#request('/seed/generate', { body: JSON.stringify({ preset: kind === 'seed' ? 'open' : 'opne' }) })];
    }
  }

  #announce(token: string): Promise<Response> {
    return this.#request('/daily/announce', { headers: { authorization: `Bearer ${token}` }, body: '{}' });
  }

  async #request(path: string, init: { headers?: Record<string, string>; body?: string } = {}): Promise<Response> {
    // By name: the plugin makes cookies for a domain, and refuses who comes by address.
    const url = `http://localhost:${this.#port}${path}`;
    const response = await fetch(url, { ...init, method: init.body === undefined ? 'GET' : 'POST', redirect: 'manual' });
    await response.text();
    return response;
  }
}
