import { setTimeout as wait } from 'node:timers/promises';
import type { Settings } from '../../config/settings.ts';
import type { Store } from '../store/store.ts';
import { StoreError } from '../store/storeError.ts';

/** The command line may wait for a bot that is writing; nobody else runs on its thread. */
const BUSY_TIMEOUT_MS = 5_000;
const RETRY_MS = 100;

/** MikroORM takes longer to load than all the rest: whoever asks for help, or mistypes, does not wait for it. */
const loadStorage = () => import('../storage/openStore.ts');

/** Does `work` with the database of the settings, which must be there. */
export async function withStore<T>(settings: Settings, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openDatabase(settings, false);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** Opens the database. SQLite does not wait by itself for a process that is just making the file or its tables. */
export async function openDatabase(settings: Settings, mayMigrate: boolean): Promise<Store> {
  const { openStore } = await loadStorage();
  const end = performance.now() + BUSY_TIMEOUT_MS;
  for (;;) {
    try {
      return await openStore(settings, { migrate: mayMigrate, busyTimeoutMs: BUSY_TIMEOUT_MS });
    } catch (error) {
      if (!(error instanceof StoreError) || error.kind !== 'busy' || performance.now() > end) throw error;
      await wait(RETRY_MS * Math.random());
    }
  }
}

/** Deletes an SQLite file without opening it, and makes a new one: where the disk is so full that it can't be opened. */
export async function startOver(settings: Settings): Promise<void> {
  const storage = await loadStorage();
  await storage.startOver(settings);
}
