import { isThenable, lookOn } from '../common/lookOn.ts';
import { isStackOverflow } from '../common/stackOverflow.ts';
import type { ErrorClassifier } from '../errors/errorClassifier.ts';
import type { Failure, Outcome } from '../events/errorTypes.ts';
import { Names } from '../events/names.ts';
import type { PieceRun } from '../events/runDescription.ts';
import type { ThrottledLogger } from '../logging/throttledLogger.ts';
import type { Lifecycles } from '../pipeline/lifecycles.ts';
import { SURFACES } from '../schema/closedLists.ts';
import { KeyedRun } from './keyedRun.ts';
import type { Run } from './telemetry.ts';
import type { RunRecorder } from './telemetryService.ts';
import { tellOther } from './tellOther.ts';

/** What a bot asks for in its code. */
export interface RecorderWishes {
  readonly errors: ErrorClassifier;
  /** Ids of guilds of which nothing is recorded. */
  readonly excludedGuilds: ReadonlySet<string>;
}

interface ActiveRunRecorderOptions extends RecorderWishes {
  readonly lifecycles: Lifecycles;
  /** `null` while guilds can't be hashed. */
  readonly hashGuild: (guildId: string) => string | null;
  /** Whether a run is recorded whose guild can't be hashed: not while any guild has opted out, since it might be that one. */
  readonly recordsUnhashed: () => boolean;
  readonly log: ThrottledLogger;
}

/** How a run begins: whether its time is told, and whether its end is certain to be heard of, however late. */
interface Beginning {
  readonly timed: boolean;
  readonly endsByItself: boolean;
}

/** An end of tracked work that is still to be recorded. */
interface Due {
  readonly key: object;
  /** Unset where the work failed, by whatever. */
  readonly outcome: Outcome | undefined;
  readonly next: Due | undefined;
}

const HEARD_OF: Beginning = { timed: true, endsByItself: false };
const TRACKED: Beginning = { timed: true, endsByItself: true };
const FAILED_ALREADY: Beginning = { timed: false, endsByItself: true };

/** The door of the pipeline: checks what code says of a run, hashes its guild, and tells the category of what was thrown. */
export class ActiveRunRecorder implements RunRecorder {
  #options: ActiveRunRecorderOptions;
  readonly #names: Names;
  /** By what triggered it, the key of the newest run. */
  readonly #newest = new WeakMap<object, object>();
  /** The newest of the ends for which the stack of the bot had no room; they come with the next end. */
  #due: Due | undefined;

  constructor(options: ActiveRunRecorderOptions) {
    this.#options = options;
    this.#names = new Names((piece) => tellOther(options.log, piece));
  }

  /** Invalid or excess names and error types so far. */
  get replacedNames(): number {
    return this.#names.replaced + this.#options.errors.replaced;
  }

  readonly begin = this.#failOpen((key: object, description: PieceRun) => this.#begin(key, description, HEARD_OF));
  readonly nameAfter = this.#failOpen((trigger: object, key: object) => void this.#newest.set(trigger, key));
  readonly succeed = this.#failOpen((key: object) => this.#options.lifecycles.note(key, 'success'));
  readonly fail = this.#failOpen((key: object, errorType: string) => this.#note(key, (errors) => errors.fromType(errorType)));
  readonly failWith = this.#failOpen((key: object, error: unknown) => this.#note(key, (errors) => errors.fromError(error)));
  readonly deny = this.#failOpen((key: object, error: unknown) => this.#note(key, (errors) => errors.fromDenial(error)));
  readonly annotate = this.#failOpen((key: object, more: { readonly provider: string }) => {
    const { lifecycles } = this.#options;
    if (lifecycles.isOpen(key)) lifecycles.annotate(key, this.#names.provider(more.provider));
  });
  readonly end = this.#failOpen((key: object) => {
    this.#options.lifecycles.end(key);
    this.#endDue();
  });
  readonly recordFailure = this.#failOpen((description: PieceRun, error: unknown) => {
    const key = {};
    this.#begin(key, description, FAILED_ALREADY);
    this.failWith(key, error);
    this.end(key);
  });
  /** Ends, as interrupted, what is not certain to end by itself and began 15 minutes ago. */
  readonly expire = this.#failOpen(() => this.#options.lifecycles.expire());
  /** Ends, as interrupted, all that is in flight. */
  readonly interruptAll = this.#failOpen(() => this.#options.lifecycles.interruptAll());
  readonly #beginTracked = this.#failOpen((key: object, description: PieceRun) => this.#begin(key, description, TRACKED));

  heed({ errors, excludedGuilds }: RecorderWishes): void {
    errors.replaced += this.#options.errors.replaced;
    this.#options = { ...this.#options, errors, excludedGuilds };
  }

  keyOf(trigger: object): object {
    return this.#newest.get(trigger) ?? trigger;
  }

  has(key: object): boolean {
    return this.#options.lifecycles.has(key);
  }

  track<T>(description: PieceRun, work: (run: Run) => T, key: object = {}): T {
    this.#beginTracked(key, description);
    let result: T;
    try {
      result = work(new KeyedRun(this, key));
    } catch (error) {
      try {
        this.#endWith(key, this.#options.errors.fromError(error));
      } catch {
        // Without any call, since that is what there is no room for.
        this.#due = { key, outcome: undefined, next: this.#due };
      }
      throw error;
    }
    try {
      if (isThenable(result)) this.#endWhenSettled(key, result);
      else this.#endWith(key, 'success');
    } catch {
      this.#due = { key, outcome: 'success', next: this.#due };
    }
    return result;
  }

  #endWith(key: object, outcome: Outcome): void {
    const { lifecycles } = this.#options;
    lifecycles.note(key, outcome);
    lifecycles.end(key);
    this.#endDue();
  }

  #endDue(): void {
    for (let due = this.#due; due !== undefined; due = this.#due = due.next) {
      if (due.outcome !== undefined) this.#options.lifecycles.note(due.key, due.outcome);
      this.#options.lifecycles.end(due.key);
    }
  }

  /** The caller gets the very promise that the work made. */
  #endWhenSettled(key: object, thenable: object): void {
    const succeed = (): void => {
      this.succeed(key);
      this.end(key);
    };
    const fail = (error: unknown): void => {
      this.failWith(key, error);
      this.end(key);
    };
    if (!lookOn(thenable, { succeed, fail })) this.#options.lifecycles.mayNeverEnd(key);
  }

  #begin(key: object, description: PieceRun, { timed, endsByItself }: Beginning): void {
    const { lifecycles, excludedGuilds, hashGuild, recordsUnhashed, log } = this.#options;
    const { surface, provider, guildId } = description;
    if (typeof guildId === 'string' && excludedGuilds.has(guildId)) return;
    // Of a bot in JavaScript it may be anything.
    if (!SURFACES.includes(surface))
      return log.warn('surface', `Telemetry does not record a run whose surface is none of ${SURFACES.join(', ')}`);
    const guildHash = typeof guildId === 'string' ? hashGuild(guildId) : null;
    if (guildHash === null && typeof guildId === 'string' && !recordsUnhashed()) return;
    lifecycles.begin(key, {
      operation: this.#names.operation(description),
      provider: this.#names.provider(provider),
      guildHash,
      timed,
      endsByItself
    });
  }

  /** Of a run that is not in flight nothing is asked, nor counted. */
  #note(key: object, failure: (errors: ErrorClassifier) => Failure): void {
    const { lifecycles, errors } = this.#options;
    if (lifecycles.isOpen(key)) lifecycles.note(key, failure(errors));
  }

  #report(error: unknown): void {
    try {
      if (!isStackOverflow(error)) this.#options.log.error('bug', 'Telemetry met an error of its own while recording: please report it');
    } catch {
      // The stack of the bot is full.
    }
  }

  /** A bug of ours is the operator's to read of, and never the bot's to meet. */
  #failOpen<A, B>(record: (a: A, b: B) => void): (a?: A, b?: B) => void {
    // Two arguments instead of any number: this is the hot path.
    return (a, b) => {
      try {
        record(a as A, b as B);
      } catch (error) {
        this.#report(error);
      }
    };
  }
}
