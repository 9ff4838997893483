import { setTimeout } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { readSettings } from '../config/settings.ts';
import { addDays } from '../src/events/day.ts';
import { systemClock } from '../src/events/clock.ts';
import { readReport } from '../src/reports/readReport.ts';
import { openStore } from '../src/storage/openStore.ts';
import { StoreError } from '../src/store/storeError.ts';
import type { Store } from '../src/store/store.ts';
import { onBothDatabases, type TestDatabase } from './support/databases.ts';
import { atSuiteEnd } from './support/postgresSuite.ts';
import { randomEvents, seededRandom } from './support/randomEvents.ts';

const today = systemClock().today();
const day = (daysAgo: number): string => addDays(today, -daysAgo);
/** Days that are over for more than 25 hours at any time of today, and open ones. */
const SETTLED = [3, 4, 5, 6].map(day);
const OPEN = [0, 1].map(day);

async function open(database: TestDatabase): Promise<Store> {
  const store = await openStore(readSettings(database.env), { migrate: true, busyTimeoutMs: 0 });
  atSuiteEnd(() => store.close());
  return store;
}

async function writeAll(store: Store, events: ReturnType<typeof randomEvents>): Promise<void> {
  for (let first = 0; first < events.length; first += store.batchSize) await store.write(events.slice(first, first + store.batchSize));
}

const summedDays = async (database: TestDatabase): Promise<number> =>
  Number((await database.sql('select count(distinct day_bucket) as days from telemetry_daily_counts'))[0]?.['days']);

onBothDatabases((createDatabase) => {
  test('a report says the same before and after its days were summed up, for each surface too', async () => {
    const database = await createDatabase();
    const store = await open(database);
    await writeAll(store, randomEvents(seededRandom(1), [...SETTLED, ...OPEN], 3000));
    const report = async () =>
      Promise.all(
        [undefined, 'discord', 'racetime', 'api'].map((surface) => readReport(store, today, { days: 7, surface: surface as never }))
      );

    const before = await report();
    expect(await store.rollUp()).toBe(SETTLED.length);
    expect(await store.rollUp()).toBe(0);
    expect(await summedDays(database)).toBe(SETTLED.length);
    expect(await report()).toEqual(before);
    // The rows are not read any more: without those of a settled day nothing changes.
    await database.sql(`delete from telemetry_events where day_bucket = '${day(4)}'`);
    expect(await report()).toEqual(before);
  });

  test('a late event makes the totals of its day anew', async () => {
    const database = await createDatabase();
    const store = await open(database);
    await writeAll(store, randomEvents(seededRandom(2), SETTLED, 500));
    await store.rollUp();
    const late = randomEvents(seededRandom(3), [day(4)], 1);
    await store.write(late);
    expect(await summedDays(database)).toBe(SETTLED.length - 1);
    const open7 = await readReport(store, today, { days: 7 });
    expect(await store.rollUp()).toBe(1);
    expect(await readReport(store, today, { days: 7 })).toEqual(open7);
    expect(open7.invokes).toBeGreaterThan(500);
  });

  test('totals are purged with their day', async () => {
    const database = await createDatabase();
    const store = await open(database);
    await writeAll(store, randomEvents(seededRandom(4), SETTLED, 500));
    await store.rollUp();
    await store.purge(day(4));
    for (const table of ['events', 'daily_counts', 'daily_durations', 'daily_guilds']) {
      const rows = await database.sql(`select distinct cast(day_bucket as text) as day from telemetry_${table}`);
      expect(rows).toEqual([{ day: day(3) }]);
    }
  });

  test('totals equal the rows after writers, summarisers and reports raced in several connections', async () => {
    const database = await createDatabase();
    const stores = [await open(database), await open(database), await open(database), await open(database)] as const;
    const random = seededRandom(5);
    // On SQLite a connection that finds the file locked is told to try again, as the flusher does.
    const end = performance.now() + 20_000;
    const retried = async (work: () => Promise<unknown>): Promise<void> => {
      while (performance.now() < end) {
        try {
          return void (await work());
        } catch (error) {
          if (!(error instanceof StoreError) || error.kind !== 'busy') throw error;
          await setTimeout(5 + random() * 20);
        }
      }
    };
    const write = async (store: Store): Promise<void> => {
      for (let batch = 0; batch < 12; batch += 1) await retried(() => store.write(randomEvents(random, SETTLED, 40)));
    };
    const rollUp = async (store: Store): Promise<void> => {
      for (let round = 0; round < 12; round += 1) await retried(() => store.rollUp());
    };
    const read = async (store: Store): Promise<void> => {
      for (let round = 0; round < 6; round += 1) {
        await retried(async () => {
          const { quality, daily, events } = await readReport(store, today, { days: 7 });
          expect(daily.reduce((sum, one) => sum + one.events, 0)).toBe(events);
          expect(quality.lastWriteDay === null || SETTLED.includes(quality.lastWriteDay)).toBe(true);
        });
      }
    };
    await Promise.all([write(stores[0]), write(stores[1]), rollUp(stores[2]), rollUp(stores[3]), read(stores[2]), read(stores[3])]);

    await retried(() => stores[0].rollUp());
    const summed = await readReport(stores[0], today, { days: 7 });
    for (const table of ['counts', 'durations', 'guilds']) await retried(() => database.sql(`delete from telemetry_daily_${table}`));
    expect(await readReport(stores[0], today, { days: 7 })).toEqual(summed);
    expect(await summedDays(database)).toBe(0);
  });
});
