import { schedule, type ScheduledTask } from 'node-cron';

/** Runs `purge` now and then by the cron expression, in UTC; one run at a time. */
export class PurgeSchedule {
  readonly #task: ScheduledTask;
  #running: Promise<void>;

  /** @param purge must not reject. */
  constructor(cron: string, purge: () => Promise<void>) {
    this.#running = purge();
    const run = async (): Promise<void> => {
      this.#running = this.#running.then(purge);
      await this.#running;
    };
    this.#task = schedule(cron, run, { timezone: 'UTC', name: 'telemetry-purge', noOverlap: true, unref: true });
  }

  /** Stops, and waits for the purge under way: node-cron itself does not. */
  async stop(): Promise<void> {
    await this.#task.destroy();
    await this.#running;
  }
}
