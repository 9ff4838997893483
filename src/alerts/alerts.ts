import type { Clock } from '../events/clock.ts';
import { DAY_MS } from '../events/day.ts';
import type { ThrottledLogger } from '../logging/throttledLogger.ts';
import type { EndedRun } from '../pipeline/lifecycles.ts';
import type { Store } from '../store/store.ts';
import { StoreError } from '../store/storeError.ts';
import type { AlertNotice } from './alertNotice.ts';
import { Baseline } from './baseline.ts';
import { isStriking, judge, type JudgedPart } from './judgement.ts';
import { RunCounts } from './runCounts.ts';
import { sumOf, windowOf, type Pair, type RunWindow, type Slot } from './runWindow.ts';

export type AlertListener = (notice: AlertNotice) => void;

interface AlertsOptions {
  readonly clock: Clock;
  readonly log: ThrottledLogger;
}

/** What an alert is about. */
type Subject = Pick<AlertNotice, 'name' | 'provider' | 'operation'>;

/** An alert that stands until its subject is well again. */
interface StandingAlert {
  /** When it was told last, by the monotonic clock. */
  readonly toldMs: number;
  /** The share of failures before it. It stays so: the days of the failure itself are nothing to compare with. */
  readonly before: number;
}

/**
 * Watches how the runs of this process end, and tells when a provider or an operation fails more than in the seven days before, and when it is well
 * again. An alert of a provider stands for its operations: what runs at it is not held against them. While an alert stands, it is told once a day.
 */
export class Alerts {
  /** Who hears what is to be told. Must not throw. While there is nobody, nothing is judged. */
  readonly listeners = new Set<AlertListener>();
  readonly #options: AlertsOptions;
  /** By the names of their subjects. */
  readonly #standing = new Map<string, StandingAlert>();
  #counts: RunCounts;
  /** Since when runs are counted, by the monotonic clock. */
  #sinceMs: number;
  #baseline = new Baseline();
  /** The day before which the baseline ends, as soon as it is being read. */
  #baselineDay: string | undefined;

  constructor(options: AlertsOptions) {
    this.#options = options;
    this.#sinceMs = options.clock.monotonicMs();
    this.#counts = new RunCounts(this.#sinceMs);
  }

  /** Counts a run that ended. */
  record(run: EndedRun): void {
    this.#counts.add(run);
  }

  /** Forgets the runs so far: what is in flight when a bot logs out ends as interrupted, and says nothing of it. */
  clear(): void {
    this.#sinceMs = this.#options.clock.monotonicMs();
    this.#counts = new RunCounts(this.#sinceMs);
  }

  /**
   * To be called once a minute: judges the runs that ended, and reads the baseline on a new day. Never throws.
   * @param store `undefined` while it is not open.
   */
  check(store: Pick<Store, 'usage'> | undefined): void {
    const { clock } = this.#options;
    try {
      const nowMs = clock.monotonicMs();
      this.#counts.turn(nowMs);
      if (store !== undefined && clock.today() !== this.#baselineDay) void this.#readBaseline(store, clock.today());
      if (this.listeners.size > 0) this.#judgeAll(nowMs);
    } catch {
      this.#reportBug();
    }
  }

  async #readBaseline(store: Pick<Store, 'usage'>, today: string): Promise<void> {
    this.#baselineDay = today;
    try {
      this.#baseline = await Baseline.read(store, today);
    } catch (error) {
      // In a minute it is tried again. A database that is away is the flusher's to report.
      this.#baselineDay = undefined;
      if (!(error instanceof StoreError)) this.#reportBug();
    }
  }

  #judgeAll(nowMs: number): void {
    const pairs = this.#counts.pairs();
    const failing = new Set<string | null>();
    for (const [provider, ofOne] of Map.groupBy(pairs, (pair) => pair.provider)) {
      if (provider !== null && this.#judge({ name: `provider.${provider}`, provider, operation: null }, ofOne, nowMs))
        failing.add(provider);
    }
    const elsewhere = pairs.filter(({ provider }) => !failing.has(provider));
    for (const [name, ofOne] of Map.groupBy(elsewhere, (pair) => pair.name)) {
      this.#judge({ name, provider: null, operation: ofOne[0]?.operation ?? null }, ofOne, nowMs);
    }
  }

  /** Returns whether an alert of the subject stands. */
  #judge(subject: Subject, pairs: readonly Pair[], nowMs: number): boolean {
    const alert = this.#standing.get(subject.name);
    const window = windowOf(pairs, Math.max(this.#sinceMs, alert?.toldMs ?? 0), nowMs);
    if (window === undefined) return alert !== undefined;
    if (alert === undefined) {
      // Most have too few failures, whatever the baseline.
      if (!isStriking(window.failures, window.runs, 0)) return false;
      const { before, isAlarming } = judge(this.#partsOf(window));
      if (isAlarming) this.#raise(subject, window, { toldMs: nowMs, before });
      return isAlarming;
    }
    if (isStriking(window.failures, window.runs, alert.before)) {
      if (nowMs - alert.toldMs >= DAY_MS) this.#raise(subject, window, { ...alert, toldMs: nowMs });
      return true;
    }
    this.#standing.delete(subject.name);
    // Or what failed meanwhile would be held against the operations of a provider that is well again.
    for (const pair of pairs) pair.slots = [];
    this.#tell('recovery', subject, window, alert);
    return false;
  }

  #raise(subject: Subject, window: RunWindow, alert: StandingAlert): void {
    this.#standing.set(subject.name, alert);
    this.#tell('alert', subject, window, alert);
  }

  #tell(kind: AlertNotice['kind'], subject: Subject, { runs, failures, slots }: RunWindow, { before }: StandingAlert): void {
    const notice = { kind, ...subject, runs, failures, before, errors: commonestFirst(slots) };
    for (const hear of this.listeners) hear(notice);
  }

  #partsOf({ slots }: RunWindow): JudgedPart[] {
    return [...Map.groupBy(slots, ({ pair }) => pair)].map(([{ name, provider }, ofOne]) => ({
      ...sumOf(ofOne),
      days: this.#baseline.daysOf(name, provider)
    }));
  }

  #reportBug(): void {
    this.#options.log.error('alerts', 'Telemetry met an error of its own while it looked for failures: please report it');
  }
}

function commonestFirst(slots: readonly Slot[]): string[] {
  const counts = new Map<string, number>();
  for (const { errors } of slots) for (const [errorType, count] of errors) counts.set(errorType, (counts.get(errorType) ?? 0) + count);
  return [...counts].toSorted(([, a], [, b]) => b - a).map(([errorType]) => errorType);
}
