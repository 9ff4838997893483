import { isPromise } from 'node:util/types';
import type { ErrorClassifier } from '../errors/errorClassifier.ts';
import type { GuildHasher } from '../events/guildHash.ts';
import { Names } from '../events/names.ts';
import type { RunDescription } from '../events/runDescription.ts';
import type { ThrottledLogger } from '../logging/throttledLogger.ts';
import type { Lifecycles } from '../pipeline/lifecycles.ts';
import { isSurface, SURFACES } from '../schema/closedLists.ts';
import { KeyedRun } from './keyedRun.ts';
import type { Run } from './telemetry.ts';
import type { RunRecorder } from './telemetryService.ts';

interface ActiveRunRecorderOptions {
  readonly lifecycles: Lifecycles;
  readonly errors: ErrorClassifier;
  readonly hashGuild: GuildHasher;
  readonly log: ThrottledLogger;
  /** Ids of guilds of which nothing is recorded. */
  readonly excludedGuilds: ReadonlySet<string>;
}

/** How a run begins: whether its time is told, and whether its end is certain to be heard of, however late. */
const HEARD_OF = { timed: true, endsByItself: false };
const TRACKED = { timed: true, endsByItself: true };
const FAILED_ALREADY = { timed: false, endsByItself: true };

/** The door of the pipeline: checks what code says of a run, hashes its guild, and tells the category of what was thrown. */
export class ActiveRunRecorder implements RunRecorder {
  readonly #options: ActiveRunRecorderOptions;
  readonly #names = new Names();

  constructor(options: ActiveRunRecorderOptions) {
    this.#options = options;
  }

  /** Invalid or excess names and error types so far. */
  get replacedNames(): number {
    return this.#names.replaced + this.#options.errors.replaced;
  }

  begin(key: object, description: RunDescription): void {
    this.#begin(key, description, HEARD_OF);
  }

  has(key: object): boolean {
    return this.#options.lifecycles.has(key);
  }

  succeed(key: object): void {
    this.#guard(() => this.#options.lifecycles.note(key, 'success'));
  }

  fail(key: object, errorType: string): void {
    this.#guard(() => this.#options.lifecycles.note(key, this.#options.errors.fromType(errorType)));
  }

  failWith(key: object, error: unknown): void {
    this.#guard(() => this.#options.lifecycles.note(key, this.#options.errors.fromError(error)));
  }

  deny(key: object, error: unknown): void {
    this.#guard(() => this.#options.lifecycles.note(key, this.#options.errors.fromDenial(error)));
  }

  annotate(key: object, more: { readonly provider: string }): void {
    this.#guard(() => this.#options.lifecycles.annotate(key, this.#names.provider(more.provider)));
  }

  end(key: object): void {
    this.#guard(() => this.#options.lifecycles.end(key));
  }

  track<T>(description: RunDescription, work: (run: Run) => T, key: object = {}): T {
    const succeed = (): void => {
      this.succeed(key);
      this.end(key);
    };
    const fail = (error: unknown): void => {
      this.failWith(key, error);
      this.end(key);
    };
    this.#begin(key, description, TRACKED);
    try {
      const result = work(new KeyedRun(this, key));
      // The caller gets the very promise that `work` made; ours only looks on.
      if (isPromise(result)) void result.then(succeed, fail);
      else succeed();
      return result;
    } catch (error) {
      fail(error);
      throw error;
    }
  }

  recordFailure(description: RunDescription, error: unknown): void {
    const key = {};
    this.#begin(key, description, FAILED_ALREADY);
    this.failWith(key, error);
    this.end(key);
  }

  /** Ends, as interrupted, what is not certain to end by itself and began 15 minutes ago. */
  expire(): void {
    this.#guard(() => this.#options.lifecycles.expire());
  }

  /** Ends, as interrupted, all that is in flight. */
  interruptAll(): void {
    this.#guard(() => this.#options.lifecycles.interruptAll());
  }

  #begin(key: object, description: RunDescription, how: { readonly timed: boolean; readonly endsByItself: boolean }): void {
    this.#guard(() => {
      const { lifecycles, excludedGuilds, hashGuild } = this.#options;
      const { surface, provider, guildId } = description;
      if (typeof guildId === 'string' && excludedGuilds.has(guildId)) return;
      if (!isSurface(surface)) return this.#warnOfSurface();
      lifecycles.begin(key, {
        operation: this.#names.operation(description),
        provider: this.#names.provider(provider),
        guildHash: typeof guildId === 'string' ? hashGuild(guildId) : null,
        timed: how.timed,
        endsByItself: how.endsByItself
      });
    });
  }

  #warnOfSurface(): void {
    this.#options.log.warn('surface', `Telemetry does not record a run whose surface is none of ${SURFACES.join(', ')}`);
  }

  /** Fail open: a bug of ours is the operator's to read of, and never the bot's to meet. */
  #guard(work: () => void): void {
    try {
      work();
    } catch {
      this.#options.log.error('bug', 'Telemetry met an error of its own while recording: please report it');
    }
  }
}
