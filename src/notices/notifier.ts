import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { REST, type Client } from 'discord.js';
import { backoffMs } from '../common/backoff.ts';
import type { ThrottledLogger } from '../logging/throttledLogger.ts';
import type { NoticeKind } from '../schema/closedLists.ts';
import { LAST_CLAIM, type Notice } from '../schema/dictionary.ts';
import { TelemetryUnavailableError } from '../telemetry/telemetry.ts';
import type { TelemetryService } from '../telemetry/telemetryService.ts';
import { post, PostError, type NoticeMessage } from './post.ts';

/** How often a step is tried in a row. */
const TRIES = 4;
/**
 * After so long a notice that was claimed and not sent is taken for given up, by the clock of whoever waits for it: no claim tells when it was made.
 * Four tries, each of three requests of a quarter of a minute at most, are over by then.
 */
const GIVEN_UP_MS = 300_000;

const NAMES: Readonly<Record<NoticeKind, string>> = { alert: 'an alert', recovery: 'a recovery', digest: 'a digest' };

const LOGGED_OUT = 'the bot logged out meanwhile';

type Compose = () => Promise<NoticeMessage | undefined>;

interface NotifierOptions {
  readonly client: Client;
  readonly service: Pick<TelemetryService, 'claimNotice' | 'settleNotice'>;
  readonly log: ThrottledLogger;
  /** `owner`, or the id of a channel. */
  readonly to: string;
}

/** Sends what the bot says of itself, each notice by one of all processes. */
export class Notifier {
  readonly #options: NotifierOptions;
  #stop = new AbortController();

  constructor(options: NotifierOptions) {
    this.#options = options;
  }

  /**
   * Claims a notice of today and sends it, unless another process has done so. A fault is tried again three times within two seconds. What is not sent
   * five minutes later, by whichever process, is claimed anew, three times in all: one whose process ended right after it was sent comes twice. Never
   * rejects, and resolves when this process has no more to do for it.
   * @param name what it is about: see `NOTICE_NAME`.
   * @param compose what is sent, asked only where this process sends it; `undefined` for nothing.
   */
  async send(kind: NoticeKind, name: string, compose: Compose): Promise<void> {
    const { signal } = this.#stop;
    for (let round = 1, seen = 0; round <= LAST_CLAIM; round += 1) {
      if (round > 1 && !(await givenUp(signal))) return;
      const known = seen;
      const claim = await this.#try(kind, signal, () => this.#options.service.claimNotice(kind, name, known));
      if (claim === undefined) continue;
      if (claim.isOurs && (await this.#deliver(claim.notice, compose, signal))) return;
      // It was sent, or may not be, or the day is over.
      if (claim.claims === 0 || claim.claims === LAST_CLAIM) return;
      seen = claim.claims;
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

  /** @returns whether nobody needs to send it again: it was sent, or the answer would be the same. */
  async #deliver(notice: Notice, compose: Compose, signal: AbortSignal): Promise<boolean> {
    // Of messages with the same one Discord keeps the first: an answer that was lost doubles none.
    const nonce = randomUUID().replaceAll('-', '').slice(0, 25);
    let message: NoticeMessage | undefined;
    const isOver = await this.#try(notice.kind, signal, async () => {
      message ??= await compose();
      if (message === undefined) return true;
      try {
        await post(this.#rest(), this.#options.to, { ...message, body: { ...message.body, nonce, enforce_nonce: true } }, signal);
      } catch (error) {
        if (!(error instanceof PostError && error.isFinal)) throw error;
        this.#complain(notice.kind, error.message);
      }
      return true;
    });
    if (isOver !== true) return false;
    // Where that fails, it may be sent once more.
    await this.#options.service.settleNotice(notice).catch(() => undefined);
    return true;
  }

  /** @returns what `work` gives; `undefined` where it fails as often as it is tried, or the bot logs out. */
  async #try<T>(kind: NoticeKind, signal: AbortSignal, work: () => Promise<T>): Promise<T | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        signal.throwIfAborted();
        return await work();
      } catch (error) {
        if (signal.aborted || attempt === TRIES) {
          this.#complain(kind, signal.aborted ? LOGGED_OUT : reasonOf(error));
          return undefined;
        }
        await wait(backoffMs(attempt), undefined, { ref: false, signal }).catch(() => undefined);
      }
    }
  }

  #complain(kind: NoticeKind, reason: string): void {
    this.#options.log.warn('notice', `Telemetry could not send ${NAMES[kind]} to ${this.#recipient}: ${reason}`);
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

/** Resolves once a notice is to be taken for given up: to `false` where the bot logs out before. */
function givenUp(signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve(!signal.aborted);
    };
    const timer = setTimeout(end, GIVEN_UP_MS).unref();
    signal.addEventListener('abort', end);
  });
}
