import { CronJob } from '../common/cron.ts';

/** Runs `purge` now and then by the cron expression, in UTC; one run at a time. */
export class PurgeSchedule {
  readonly #job: CronJob;
  readonly #purge: () => Promise<void>;
  #running: Promise<void>;

  /**
   * @param cron is known to be an expression of five fields.
   * @param purge must not reject.
   * @param onFailure called where the purge can't be scheduled: it ran once, and does not again.
   */
  constructor(cron: string, purge: () => Promise<void>, onFailure: () => void) {
    this.#purge = purge;
    this.#running = purge();
    this.#job = new CronJob({ cron, name: 'telemetry-purge', work: () => this.runNow(), onFailure });
  }

  /** Runs it once more, after the one that is under way. */
  runNow(): Promise<void> {
    this.#running = this.#running.then(this.#purge);
    return this.#running;
  }

  /** Stops, and waits for the purge under way. */
  async stop(): Promise<void> {
    await this.#job.stop();
    await this.#running;
  }
}
