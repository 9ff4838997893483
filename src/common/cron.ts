import type { schedule, ScheduledTask } from 'node-cron';

interface CronModule {
  readonly schedule: typeof schedule;
}

interface CronJobOptions {
  /** Is known to be an expression of five fields. */
  readonly cron: string;
  readonly name: string;
  /** Must not reject. */
  readonly work: () => Promise<void>;
  /** Called where node-cron can't be loaded: the work is not done. */
  readonly onFailure: () => void;
}

/** Does its work at the times of a cron expression, in UTC, and not while it is being done. Keeps no process alive. */
export class CronJob {
  readonly #task: Promise<ScheduledTask | undefined>;

  constructor({ onFailure, ...options }: CronJobOptions) {
    this.#task = toTask(options).catch(() => {
      onFailure();
      return undefined;
    });
  }

  /** Does not wait for the work under way. */
  async stop(): Promise<void> {
    const task = await this.#task;
    await task?.destroy();
  }
}

async function toTask({ cron, name, work }: Omit<CronJobOptions, 'onFailure'>): Promise<ScheduledTask> {
  const cronModule = await loadCron();
  return cronModule.schedule(cron, work, { timezone: 'UTC', name, noOverlap: true, unref: true });
}

/**
 * In a bundle that esbuild makes for CommonJS its module for `import` can't be loaded, since that asks for `import.meta.url`, and the one for
 * `require` can; in other bundles it is the other way round.
 */
function loadCron(): Promise<CronModule> {
  return import('node-cron').catch(() => import('./nodeCron.cjs'));
}
