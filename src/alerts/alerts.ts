import type { Clock } from '../events/clock.ts';
import type { ThrottledLogger } from '../logging/throttledLogger.ts';
import type { EndedRun } from '../pipeline/lifecycles.ts';
import type { Store } from '../store/store.ts';
import { StoreError } from '../store/storeError.ts';
import type { AlertNotice } from './alertNotice.ts';
import { Baseline } from './baseline.ts';
import { RunCounts } from './runCounts.ts';
import { Watch } from './watch.ts';

export type AlertListener = (notice: AlertNotice) => void;

/** What is asked of the database. */
type AlertStore = Pick<Store, 'usage' | 'standingAlerts'>;

interface AlertsOptions {
  readonly clock: Clock;
  readonly log: ThrottledLogger;
}

/**
 * Counts how the runs of this process end, and tells when a provider or an operation fails more than in the seven days before, and when it is well
 * again. Nothing that is counted here is stored.
 */
export class Alerts {
  /** Who hears what is told. Must not throw. While there is nobody, nothing is judged. */
  readonly listeners = new Set<AlertListener>();
  readonly #options: AlertsOptions;
  readonly #watch = new Watch((notice) => this.listeners.forEach((hear) => hear(notice)));
  #counts: RunCounts;
  /** Since when runs are counted, by the monotonic clock. */
  #sinceMs: number;
  #baseline = new Baseline();
  /** The day before which the baseline ends, as soon as it is being read. */
  #baselineDay: string | undefined;
  /** Whether it is known which alerts earlier processes left standing. */
  #hasResumed = false;

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
   * To be called once a minute: judges the runs that ended, and reads the baseline on a new day, and at first which alerts stand. Never throws.
   * @param store `undefined` while it is not open.
   */
  check(store: AlertStore | undefined): void {
    const { clock } = this.#options;
    try {
      const nowMs = clock.monotonicMs();
      this.#counts.turn(nowMs);
      if (store !== undefined && clock.today() !== this.#baselineDay) void this.#read(store, clock.today());
      if (this.listeners.size > 0)
        this.#watch.look({ pairs: this.#counts.pairs(), baseline: this.#baseline, sinceMs: this.#sinceMs, nowMs });
    } catch {
      this.#reportBug();
    }
  }

  async #read(store: AlertStore, today: string): Promise<void> {
    this.#baselineDay = today;
    try {
      const standing = this.#hasResumed ? [] : await store.standingAlerts(today);
      this.#baseline = await Baseline.read(store, today);
      // Not before: what an earlier process told of is held against the baseline.
      this.#watch.resume(standing, this.#options.clock.monotonicMs());
      this.#hasResumed = true;
    } catch (error) {
      // In a minute it is tried again. A database that is away is the flusher's to report.
      this.#baselineDay = undefined;
      if (!(error instanceof StoreError)) this.#reportBug();
    }
  }

  #reportBug(): void {
    this.#options.log.error('alerts', 'Telemetry met an error of its own while it looked for failures: please report it');
  }
}
