import { readSettings } from '../../config/settings.ts';
import { systemClock } from '../../src/events/clock.ts';
import { openBotStore as open } from '../../src/storage/openBotStore.ts';
import { openStore } from '../../src/storage/openStore.ts';
import type { Store } from '../../src/store/store.ts';
import type { TestDatabase } from './databases.ts';
import { atSuiteEnd } from './postgresSuite.ts';

/** A store that waits for no other process, as a bot's, until the end of the test file. `openTestStore` opens one that waits, as the CLI's. */
export async function openBotStore(database: TestDatabase): Promise<Store> {
  const store = await openStore(readSettings(database.env), { migrate: true, busyTimeoutMs: 0 });
  atSuiteEnd(() => store.close());
  return store;
}

/** The store of a running bot: SQLite in its thread. */
export async function openThreadedStore(database: TestDatabase, clock = systemClock()): Promise<Store> {
  const store = await open({
    settings: readSettings(database.env),
    clock,
    saltFingerprint: 'a'.repeat(64),
    onThreadLost: () => undefined
  });
  atSuiteEnd(() => store.close());
  return store;
}
