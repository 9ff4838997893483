import type { schedule, ScheduledTask } from 'node-cron';

/** Runs `purge` now and then by the cron expression, in UTC; one run at a time. */
export class PurgeSchedule {
  readonly #task: Promise<ScheduledTask | undefined>;
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
    this.#task = this.#schedule(cron).catch(() => {
      onFailure();
      return undefined;
    });
  }

  /** Runs it once more, after the one that is under way. */
  runNow(): Promise<void> {
    this.#running = this.#running.then(this.#purge);
    return this.#running;
  }

  /** Stops, and waits for the purge under way: node-cron itself does not. */
  async stop(): Promise<void> {
    const task = await this.#task;
    await task?.destroy();
    await this.#running;
  }

  async #schedule(cron: string): Promise<ScheduledTask> {
    const cronModule = await loadCron();
    return cronModule.schedule(cron, () => this.runNow(), { timezone: 'UTC', name: 'telemetry-purge', noOverlap: true, unref: true });
  }
}

interface CronModule {
  readonly schedule: typeof schedule;
}

/**
 * In a bundle that esbuild makes for CommonJS its module for `import` can't be loaded, since that asks for `import.meta.url`, and the one for
 * `require` can; in other bundles it is the other way round.
 */
function loadCron(): Promise<CronModule> {
  return import('node-cron').catch(() => import('./nodeCron.cjs'));
}
