import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { systemClock } from '../../src/events/clock.ts';
import { addDays } from '../../src/events/day.ts';
import { readReport } from '../../src/reports/readReport.ts';
import { SURFACES } from '../../src/schema/closedLists.ts';
import type { Store } from '../../src/store/store.ts';
import { StoreError } from '../../src/store/storeError.ts';
import { onBothDatabases, sqliteDatabase, type TestDatabase } from '../support/databases.ts';
import { openBotStore, openThreadedStore } from '../support/openBotStore.ts';
import { randomEvents, seededRandom } from '../support/randomEvents.ts';
import { anEvent, newestClosedDay, openTestStore, throughDay, writeEvents } from '../support/seedEvents.ts';

const today = systemClock().today();
const day = (daysAgo: number): string => addDays(today, -daysAgo);
/** Days that are rolled up at noon of today, and those that may be open. */
const SETTLED = [3, 4, 5, 6].map(day);
const OPEN = [0, 1].map(day);
const RETRY_FOR_MS = 20_000;

const rolledUpDays = async (database: TestDatabase): Promise<number> =>
  Number((await database.sql('select count(distinct day_bucket) as days from telemetry_daily_counts'))[0]?.['days']);

/** On SQLite a connection that finds the file locked is told to try again, as the flusher does. */
async function retried(work: () => Promise<unknown>): Promise<void> {
  const end = performance.now() + RETRY_FOR_MS;
  for (;;) {
    try {
      await work();
      return;
    } catch (error) {
      if (!(error instanceof StoreError) || error.kind !== 'busy' || performance.now() > end) throw error;
      await setTimeout(5 + Math.random() * 20);
    }
  }
}

async function repeated(times: number, work: () => Promise<unknown>): Promise<void> {
  for (let time = 0; time < times; time += 1) await retried(work);
}

const rollUpAgain = (store: Store): Promise<void> => repeated(12, () => store.rollUp());

onBothDatabases((createDatabase) => {
  test('a report says the same before and after its days were summed up, for each surface too', async () => {
    const database = await createDatabase();
    const store = await openTestStore(database);
    await writeEvents(store, randomEvents(seededRandom(1), [...SETTLED, ...OPEN], 3000));
    const report = async () => Promise.all([undefined, ...SURFACES].map((surface) => readReport(store, today, { days: 7, surface })));

    const before = await report();
    const closed = [...SETTLED, ...OPEN].filter((one) => one <= newestClosedDay(database, today));
    expect(await store.rollUp()).toBe(closed.length);
    expect(await store.rollUp()).toBe(0);
    expect(await rolledUpDays(database)).toBe(closed.length);
    expect(await report()).toEqual(before);
    // The events of a rolled-up day are not read any more: without those of one, nothing changes.
    await database.sql(`delete from telemetry_events where day_bucket = '${day(4)}'`);
    expect(await report()).toEqual(before);
  });

  test('a late event makes the totals of its day anew', async () => {
    const database = await createDatabase();
    const store = await openTestStore(database);
    await writeEvents(store, randomEvents(seededRandom(2), SETTLED, 500));
    await store.rollUp();
    await store.write(randomEvents(seededRandom(3), [day(4)], 1));
    expect(await rolledUpDays(database)).toBe(SETTLED.length - 1);
    const before = await readReport(store, today, { days: 7 });
    expect(await store.rollUp()).toBe(1);
    expect(await readReport(store, today, { days: 7 })).toEqual(before);
    expect(before.invokes).toBeGreaterThan(500);
  });

  test('totals are purged with their day', async () => {
    const database = await createDatabase();
    const store = await openTestStore(database);
    await writeEvents(store, randomEvents(seededRandom(4), SETTLED, 500));
    await store.rollUp();
    await store.purge(throughDay(day(4)));
    for (const table of ['events', 'daily_counts', 'daily_durations', 'daily_guilds']) {
      const rows = await database.sql(`select distinct cast(day_bucket as text) as day from telemetry_${table}`);
      expect(rows).toEqual([{ day: day(3) }]);
    }
  });

  test('totals equal the rows after writers, summarisers and reports raced in several connections', async () => {
    const database = await createDatabase();
    const [first, second] = [await openBotStore(database), await openBotStore(database)];
    const [third, fourth] = [await openBotStore(database), await openBotStore(database)];
    const random = seededRandom(5);
    const write = (store: Store): Promise<void> => repeated(12, () => store.write(randomEvents(random, SETTLED, 40)));
    const read = (store: Store): Promise<void> =>
      repeated(6, async () => {
        const { quality, daily, events } = await readReport(store, today, { days: 7 });
        expect(daily.reduce((sum, one) => sum + one.events, 0)).toBe(events);
        expect(quality.lastWriteDay === null || SETTLED.includes(quality.lastWriteDay)).toBe(true);
      });
    await Promise.all([write(first), write(second), rollUpAgain(third), rollUpAgain(fourth), read(third), read(fourth)]);

    await retried(() => first.rollUp());
    const rolledUp = await readReport(first, today, { days: 7 });
    for (const table of ['counts', 'durations', 'guilds']) await retried(() => database.sql(`delete from telemetry_daily_${table}`));
    expect(await readReport(first, today, { days: 7 })).toEqual(rolledUp);
    expect(await rolledUpDays(database)).toBe(0);
  });
});

test('SQLite rolls up a day an hour after its end, and what comes later counts all the same, also by a clock that was set back', async () => {
  const database = await sqliteDatabase();
  const random = seededRandom(6);
  const at = (moment: string): Promise<Store> => openThreadedStore(database, { ...systemClock(), nowMs: () => Date.parse(moment) });
  const write = (store: Store): Promise<void> =>
    store.write(Array.from({ length: 10 }, () => anEvent(random, { dayBucket: '2026-03-02' })));

  const late = await at('2026-03-03T00:59:59Z');
  await write(late);
  expect(await late.rollUp()).toBe(0);
  const later = await at('2026-03-03T01:00:00Z');
  expect(await later.rollUp()).toBe(1);
  for (const [index, store] of [late, later, await at('2026-03-02T23:00:00Z')].entries()) {
    await write(store);
    expect((await readReport(store, '2026-03-03', { days: 1 })).events).toBe(20 + 10 * index);
    expect(await later.rollUp()).toBe(1);
    expect((await readReport(store, '2026-03-03', { days: 1 })).events).toBe(20 + 10 * index);
  }
  expect((await later.audit(30)).findings).toEqual([]);
});

test('of more days than SQLite can put together, a report tells the newest', async () => {
  const database = await sqliteDatabase();
  const store = await openTestStore(database, '2026-03-03');
  const days = Array.from({ length: 520 }, (_, index) => addDays('2026-03-02', -index));
  using file = new DatabaseSync(database.file);
  file.exec('begin');
  for (const one of days) {
    for (const [table, row] of [
      ['telemetry_daily_counts', "'discord.generator.preset.success', '', 'ok', '', 1, 1"],
      ['telemetry_daily_guilds', `'${'a'.repeat(64)}', 'discord.generator'`]
    ] as const) {
      const made = file.prepare('select sql from sqlite_master where name = ?').get(`${table}_template`);
      const name = `${table}_${one.replaceAll('-', '')}_1`;
      file.exec(`${String(made?.['sql']).replace(`${table}_template`, name)}; insert into ${name} values ('${one}', ${row})`);
    }
  }
  file.exec('commit');
  const { counts, spans } = await store.usage({ spans: [{ from: '2000-01-01', to: '2026-03-03' }] });
  expect(Array.from(counts, (one) => one.day)).toEqual(days.slice(0, 480).toReversed());
  expect(spans.map(({ guilds, features }) => [guilds, features[0]?.guilds])).toEqual([[1, 1]]);
});
