import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { REST, type Client } from 'discord.js';
import type { ThrottledLogger } from '../logging/throttledLogger.ts';
import type { NoticeKind } from '../schema/closedLists.ts';
import { TelemetryUnavailableError } from '../telemetry/telemetry.ts';
import type { TelemetryService } from '../telemetry/telemetryService.ts';
import { post, PostError, type NoticeMessage } from './post.ts';

/** Before each of the three times that it is tried again, in milliseconds. */
const PAUSES_MS = [1_000, 15_000, 120_000] as const;

const NAMES: Readonly<Record<NoticeKind, string>> = { alert: 'an alert', recovery: 'a recovery', digest: 'a digest' };

const LOGGED_OUT = 'the bot logged out meanwhile';

interface NotifierOptions {
  readonly client: Client;
  readonly service: Pick<TelemetryService, 'claimNotice'>;
  readonly log: ThrottledLogger;
  /** `owner`, or the id of a channel. */
  readonly to: string;
  /** Default: a second, a quarter of a minute, two minutes. */
  readonly pausesMs?: readonly number[];
}

/** Sends what the bot says of itself, each notice once, by one of all processes. */
export class Notifier {
  readonly #options: NotifierOptions;
  #stop = new AbortController();

  constructor(options: NotifierOptions) {
    this.#options = options;
  }

  /**
   * Claims a notice of today and sends it, unless another process has it. A fault is tried again three times at most, and logged once. A notice that
   * can't be sent, or whose process ends meanwhile, stays claimed, and is sent by nobody. Never rejects.
   * @param name what it is about: see `NOTICE_NAME`.
   * @param compose what is sent, asked only where this process sends it; `undefined` for nothing.
   */
  async send(kind: NoticeKind, name: string, compose: () => Promise<NoticeMessage | undefined>): Promise<void> {
    const { log, pausesMs = PAUSES_MS } = this.#options;
    const { signal } = this.#stop;
    const attempt = this.#attempt(kind, name, compose, signal);
    for (const pauseMs of [...pausesMs, undefined]) {
      try {
        return await attempt();
      } catch (error) {
        if (pauseMs === undefined || signal.aborted || (error instanceof PostError && error.isFinal)) {
          log.warn(
            'notice',
            `Telemetry could not send ${NAMES[kind]} to ${this.#recipient}: ${signal.aborted ? LOGGED_OUT : reasonOf(error)}`
          );
          return;
        }
        await wait(pauseMs, undefined, { ref: false, signal }).catch(() => undefined);
      }
    }
  }

  /** Gives up what is being sent. Later notices are sent. */
  stop(): void {
    this.#stop.abort();
    this.#stop = new AbortController();
  }

  get #recipient(): string {
    return this.#options.to === 'owner' ? 'the owner' : 'the channel of TELEMETRY_NOTIFY';
  }

  /** What was done by one attempt is not done again by the next. */
  #attempt(kind: NoticeKind, name: string, compose: () => Promise<NoticeMessage | undefined>, signal: AbortSignal): () => Promise<void> {
    const { service, to } = this.#options;
    // Of messages with the same one Discord keeps the first: an answer that was lost doubles none.
    const nonce = randomUUID().replaceAll('-', '').slice(0, 25);
    let isOurs = false;
    let message: NoticeMessage | undefined;
    return async () => {
      signal.throwIfAborted();
      isOurs ||= await service.claimNotice(kind, name);
      if (!isOurs) return;
      message ??= await compose();
      if (message === undefined) return;
      await post(this.#rest(), to, { ...message, body: { ...message.body, nonce, enforce_nonce: true } }, signal);
    };
  }

  /**
   * Apart from the bot's own: neither waits in the other's queue, what fails is tried again by us alone, and a 401 does not take the bot's token away.
   */
  #rest(): REST {
    const { rest, token } = this.#options.client;
    const options = {
      ...rest.options,
      agent: rest.agent,
      retries: 0,
      rejectOnRateLimit: () => true,
      hashSweepInterval: 0,
      handlerSweepInterval: 0
    };
    return new REST(options).setToken(token ?? '');
  }
}

function reasonOf(error: unknown): string {
  return error instanceof PostError || error instanceof TelemetryUnavailableError ? error.message : 'an error of its own: please report it';
}
