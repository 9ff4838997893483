import { setTimeout as wait } from 'node:timers/promises';
import type { Settings } from '../../config/settings.ts';
import { openStore } from '../storage/openStore.ts';
import type { Store } from '../store/store.ts';
import { StoreError } from '../store/storeError.ts';

/** The command line may wait for a bot that is writing; nobody else runs on its thread. */
const BUSY_TIMEOUT_MS = 5_000;
const RETRY_MS = 100;

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
