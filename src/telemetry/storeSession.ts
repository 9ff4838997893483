import { setTimeout as wait } from 'node:timers/promises';
import type { Settings } from '../../config/settings.ts';
import type { Clock } from '../events/clock.ts';
import type { ThrottledLogger } from '../logging/throttledLogger.ts';
import { backoffMs } from '../common/backoff.ts';
import { PurgeSchedule } from '../retention/purgeSchedule.ts';
import type { Store } from '../store/store.ts';
import { StoreError } from '../store/storeError.ts';
import { loadProblem } from './loadProblem.ts';

/** Said once a bot was bundled without the program of the thread. */
const NO_THREAD =
  'Telemetry: SQLite works on the thread of the bot, since storage/thread/storeThread of the package is missing beside the bundle. ' +
  'See docs/bundling.md for how to ship it';

const NO_SCHEDULE =
  'Telemetry cannot schedule its purges, since node-cron failed to load: old events are purged when the bot starts, and then no more. ' +
  'If the bot is bundled, leave node-cron out of the bundle';

const THREAD_LOST = 'Telemetry: the thread of SQLite ended. It is started anew, and what it had not acknowledged is written again';

interface SessionOptions {
  readonly settings: Settings;
  readonly log: ThrottledLogger;
  readonly clock: Clock;
  /** Called before anything is written to the store. Where it rejects, the store is opened anew. */
  readonly prepare: (store: Store) => Promise<void>;
  /** Called once, when the store is open. */
  readonly onOpen: (store: Store) => void;
  /** Purges what is too old, and rolls up what is over. Must not reject. */
  readonly maintain: (store: Store) => Promise<void>;
  /** Opens no earlier than this resolves: the session before may still be closing. */
  readonly after: Promise<unknown>;
  /** Asked when it is opened: stored with every hash. */
  readonly saltFingerprint: () => string | undefined;
}

/** The store of a running bot: opened in the background, tried again until it is there, purged at once and daily. */
export class StoreSession {
  /** `undefined` until it is open. */
  store: Store | undefined;
  /** Why the last attempt to open it failed; `null` when it did not. */
  problem: string | null = null;
  readonly #options: SessionOptions;
  readonly #abort = new AbortController();
  readonly #opening: Promise<void>;
  #schedule: PurgeSchedule | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#opening = this.#open();
  }

  /** Gives up opening. */
  abort(): void {
    this.#abort.abort();
  }

  /** Resolves when the store is open or given up. */
  opened(): Promise<void> {
    return this.#opening;
  }

  /** Maintains the store now, besides the times at which it is done anyway. */
  maintainNow(): void {
    void this.#schedule?.runNow();
  }

  async close(): Promise<void> {
    await this.#schedule?.stop();
    await this.store?.close();
  }

  /** It goes on until the store is open: a database may come later than the bot, or be migrated by hand. */
  async #open(): Promise<void> {
    const { settings, log, clock, prepare, onOpen, maintain, after, saltFingerprint } = this.#options;
    const { signal } = this.#abort;
    await after;
    let attempt = 0;
    // Once even when it is closed at once: there may be events to write.
    do {
      attempt += 1;
      try {
        // Loaded only now: a bot with telemetry off never pays for MikroORM, nor dies of a Node that is too old for it.
        const { isOnBotThread, openBotStore } = await import('../storage/openBotStore.ts');
        const store = await openBotStore({
          settings,
          clock,
          saltFingerprint: saltFingerprint(),
          onThreadLost: () => log.error('thread', THREAD_LOST)
        });
        await prepare(store).catch(async (error: unknown) => {
          await store.close();
          throw error;
        });
        this.store = store;
        this.problem = null;
        log.info(`Telemetry writes to ${store.description}`);
        if (isOnBotThread(settings)) log.warn('thread', NO_THREAD);
        onOpen(store);
        if (!signal.aborted)
          this.#schedule = new PurgeSchedule(
            settings.purgeCron,
            () => maintain(store),
            () => log.error('schedule', NO_SCHEDULE)
          );
        return;
      } catch (error) {
        this.problem = error instanceof StoreError ? error.message : loadProblem(error);
        log.error('open', `Telemetry cannot open its database: ${this.problem}. The bot goes on without, and it is tried again`);
        await wait(backoffMs(attempt), undefined, { ref: false, signal }).catch(() => undefined);
      }
    } while (!signal.aborted);
  }
}
