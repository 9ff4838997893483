import { schedule, type ScheduledTask } from 'node-cron';

/** Runs `purge` now and then by the cron expression, in UTC; one run at a time. */
export class PurgeSchedule {
  readonly #task: ScheduledTask;
  readonly #purge: () => Promise<void>;
  #running: Promise<void>;

  /** @param purge must not reject. */
  constructor(cron: string, purge: () => Promise<void>) {
    this.#purge = purge;
    this.#running = purge();
    this.#task = schedule(cron, () => this.runNow(), { timezone: 'UTC', name: 'telemetry-purge', noOverlap: true, unref: true });
  }

  /** Runs it once more, after the one that is under way. */
  runNow(): Promise<void> {
    this.#running = this.#running.then(this.#purge);
    return this.#running;
  }

  /** Stops, and waits for the purge under way: node-cron itself does not. */
  async stop(): Promise<void> {
    await this.#task.destroy();
    await this.#running;
  }
}
