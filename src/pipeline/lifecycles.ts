import type { Clock } from '../events/clock.ts';
import type { Failure, Outcome } from '../events/errorTypes.ts';
import { EventIds } from '../events/eventId.ts';
import type { Operation } from '../events/names.ts';
import { MAX_DURATION_MS } from '../schema/eventFields.ts';
import type { EventRecorder } from './eventRecorder.ts';
import type { ForgottenGuilds } from './forgottenGuilds.ts';

/** An interaction token lives 15 minutes: what has not ended by then has no one left to answer. */
const EXPIRY_MS = 15 * 60_000;
/** Runs in flight at once. Far more than a bot has: beyond it something never ends, and the oldest is given up. */
const MAX_OPEN = 10_000;

/** A run whose names were checked and whose guild was hashed. */
export interface CheckedRun {
  readonly operation: Operation;
  readonly provider: string | null;
  /** `null` outside of guilds. */
  readonly guildHash: string | null;
  /** Whether the time from begin to end is that of the run. */
  readonly timed: boolean;
  /** Whether its end is certain to be heard of, however late. */
  readonly endsByItself: boolean;
}

interface Lifecycle {
  readonly run: CheckedRun;
  readonly day: string;
  readonly startMs: number;
  readonly sampled: boolean;
  endsByItself: boolean;
  provider: string | null;
  /** Unset until one is noted. */
  outcome: Outcome | undefined;
}

/** A run that came to its end, with what was noted of it. */
export interface EndedRun {
  readonly operation: Operation;
  readonly provider: string | null;
  readonly outcome: Outcome;
  /** `null` where no time can be told. */
  readonly durationMs: number | null;
}

const INTERRUPTED: Failure = { status: 'error', errorType: 'interrupted', untimed: true };
const UNKNOWN: Failure = { status: 'error', errorType: 'unexpected_error' };

interface LifecyclesOptions {
  readonly recorder: EventRecorder;
  readonly clock: Clock;
  readonly sampleRate: number;
  /** Guilds whose runs are none. */
  readonly forgotten: Pick<ForgottenGuilds, 'has'>;
}

/**
 * The runs in flight. Each is found by an object that lives as long as the run (an interaction, a message), writes its invoke when it
 * begins, and writes exactly one terminal event, on the day of its invoke, when it ends. One draw of the sampling decides for both.
 */
export class Lifecycles {
  /** Is told of each run that ends, whether it is sampled or not. Must not throw. `undefined`: nobody is. */
  onEnd: ((run: EndedRun) => void) | undefined;
  readonly #options: LifecyclesOptions;
  /** In the order in which they began. */
  readonly #open = new Map<object, Lifecycle>();
  /** Keys of those that were ended before their time: what is heard of them later begins nothing. */
  readonly #interrupted = new WeakSet<object>();
  readonly #ids = new EventIds();

  constructor(options: LifecyclesOptions) {
    this.#options = options;
  }

  /** How many runs are in flight. */
  get inFlight(): number {
    return this.#open.size;
  }

  /** Whether a run of `key` is in flight, or was given up. */
  has(key: object): boolean {
    return this.#open.has(key) || this.#interrupted.has(key);
  }

  /** Whether a run of `key` is in flight. */
  isOpen(key: object): boolean {
    return this.#open.has(key);
  }

  /** Begins a lifecycle. One of the same key that is still open ends as interrupted. */
  begin(key: object, run: CheckedRun): void {
    const { clock, sampleRate } = this.#options;
    this.#interrupt(key);
    if (this.#isForgotten(run)) return;
    const lifecycle: Lifecycle = {
      run,
      day: clock.today(),
      startMs: clock.monotonicMs(),
      sampled: Math.random() < sampleRate,
      endsByItself: run.endsByItself,
      provider: run.provider,
      outcome: undefined
    };
    // Written first, here and at the end: if that fails, nothing has changed.
    this.#write(lifecycle, 'invoke');
    this.#open.set(key, lifecycle);
    if (this.#open.size > MAX_OPEN) {
      for (const oldest of this.#open.keys()) {
        this.#interrupt(oldest);
        break;
      }
    }
  }

  /** Runs of guilds that are forgotten since they began have no end. */
  dropForgotten(): void {
    for (const [key, { run }] of this.#open) {
      if (!this.#isForgotten(run)) continue;
      this.#open.delete(key);
      this.#interrupted.add(key);
    }
  }

  #isForgotten({ guildHash }: CheckedRun): boolean {
    return guildHash !== null && this.#options.forgotten.has(guildHash);
  }

  /** Names the provider of a run in flight. */
  annotate(key: object, provider: string | null): void {
    const lifecycle = this.#open.get(key);
    if (lifecycle !== undefined) lifecycle.provider = provider;
  }

  /** The end of the run is not certain to be heard of, so it expires. */
  mayNeverEnd(key: object): void {
    const lifecycle = this.#open.get(key);
    if (lifecycle !== undefined) lifecycle.endsByItself = false;
  }

  /** Notes how a run goes. The first note stands. */
  note(key: object, outcome: Outcome): void {
    const lifecycle = this.#open.get(key);
    if (lifecycle !== undefined) lifecycle.outcome ??= outcome;
  }

  /** Ends the run with what was noted. */
  end(key: object): void {
    const lifecycle = this.#open.get(key);
    if (lifecycle === undefined) return;
    const { run, startMs, provider } = lifecycle;
    const outcome = (lifecycle.outcome ??= UNKNOWN);
    const isTimed = run.timed && !(typeof outcome === 'object' && outcome.untimed === true);
    const durationMs = isTimed ? this.#options.clock.monotonicMs() - startMs : null;
    this.#write(lifecycle, outcome === 'success' ? 'success' : 'failure', durationMs);
    this.#open.delete(key);
    this.onEnd?.({ operation: run.operation, provider, outcome, durationMs });
  }

  /** Ends, as interrupted, the runs that are older than an interaction token lives, unless they are certain to end. */
  expire(): void {
    const before = this.#options.clock.monotonicMs() - EXPIRY_MS;
    for (const [key, { startMs, endsByItself }] of this.#open) {
      if (startMs > before) return;
      if (!endsByItself) this.#interrupt(key);
    }
  }

  /** Ends, as interrupted, all that is in flight. */
  interruptAll(): void {
    for (const key of this.#open.keys()) this.#interrupt(key);
  }

  #interrupt(key: object): void {
    if (!this.#open.has(key)) return;
    this.note(key, INTERRUPTED);
    this.end(key);
    this.#interrupted.add(key);
  }

  #write(lifecycle: Lifecycle, action: 'invoke' | 'success' | 'failure', durationMs: number | null = null): void {
    const { recorder, sampleRate } = this.#options;
    if (!lifecycle.sampled) return recorder.skip();
    const { run, day, provider } = lifecycle;
    const failure = action === 'failure' && typeof lifecycle.outcome === 'object' ? lifecycle.outcome : null;
    recorder.record({
      dayBucket: day,
      id: this.#ids.next(day),
      eventName: run.operation.eventName[action],
      surface: run.operation.surface,
      feature: run.operation.feature,
      action,
      status: failure?.status ?? 'ok',
      provider,
      guildHash: run.guildHash,
      durationMs: durationMs === null ? null : Math.min(Math.round(durationMs), MAX_DURATION_MS),
      errorType: failure?.errorType ?? null,
      sampleRate
    });
  }
}
