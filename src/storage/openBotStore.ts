import type { Settings } from '../../config/settings.ts';
import type { Clock } from '../events/clock.ts';
import type { Store } from '../store/store.ts';
import { hasThread, ThreadedStore } from './thread/threadedStore.ts';

/** Whether SQLite has to work on the bot's own thread, since the program of the thread is missing: a bundle holds this file alone. */
export function isOnBotThread({ databaseUrl }: Pick<Settings, 'databaseUrl'>): boolean {
  return databaseUrl === undefined && !hasThread();
}

interface BotStoreOptions {
  readonly settings: Settings;
  readonly clock: Clock;
  /** Of the salt that the hashes are made with. */
  readonly saltFingerprint: string | undefined;
  /** Called when the thread ends without being told to. It is started anew by the next call. */
  readonly onThreadLost: () => void;
}

/**
 * Opens the store of a running bot: PostgreSQL, whose driver holds nobody up, or SQLite in a thread of its own.
 * @throws {StoreError} as `openStore` does; any other error where the modules that hold the database do not load.
 */
export async function openBotStore({ settings, clock, saltFingerprint, onThreadLost }: BotStoreOptions): Promise<Store> {
  const { databaseUrl, autoMigrate: migrate } = settings;
  if (databaseUrl === undefined && hasThread())
    return ThreadedStore.open({ settings, migrate, clock, saltFingerprint, onLost: onThreadLost });
  // MikroORM with it: where SQLite has its thread, the bot's own has no use for a second copy.
  const { openStore } = await import('./openStore.ts');
  // A file that is locked would hold the bot's thread: the flusher tries again instead.
  return openStore(settings, { migrate, busyTimeoutMs: 0, saltFingerprint }, clock);
}
