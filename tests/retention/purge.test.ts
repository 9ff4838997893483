import { expect, test } from '@jest/globals';
import { addDays, daysDownFrom } from '../../src/events/day.ts';
import { tables, type TelemetryLoss } from '../../src/schema/dictionary.ts';
import { purge } from '../../src/retention/purge.ts';
import type { Store } from '../../src/store/store.ts';
import { onBothDatabases, type TestDatabase } from '../support/databases.ts';
import { seededRandom } from '../support/randomEvents.ts';
import { anEvent, hexOf, newestClosedDay, openTestStore, uuid, writeEvents } from '../support/seedEvents.ts';
import { writeDuring } from '../support/writeDuring.ts';

const TODAY = '2026-03-03';
const RETENTION = { today: TODAY, retentionDays: 30 };
/** The oldest day that thirty days of retention keep: today is the first of the thirty. */
const OLDEST_KEPT = '2026-02-02';

/** So many events, one loss, one notice and one salt on each of these days, which are summed up as far as they are over. */
async function fill(database: TestDatabase, store: Store, days: readonly string[], eventsPerDay = 2): Promise<void> {
  const random = seededRandom(days.length * eventsPerDay);
  const events = days.flatMap((dayBucket) =>
    Array.from({ length: eventsPerDay }, () => anEvent(random, { dayBucket, guildHash: hexOf(random, 64) }))
  );
  const losses = days.map((dayBucket): TelemetryLoss => ({ dayBucket, id: uuid(random), reason: 'refused', count: 3 }));
  await writeEvents(await openTestStore(database, TODAY, hexOf(random, 64)), events);
  await store.writeLosses(losses);
  for (const dayBucket of days) await store.claimNotice({ dayBucket, kind: 'digest', name: 'week' });
  await store.rollUp();
}

/** The days of which each table holds rows, the newest first. */
async function daysIn(database: TestDatabase): Promise<Record<string, string[]>> {
  const days: Record<string, string[]> = {};
  for (const { name } of Object.values(tables)) {
    const rows = await database.sql(`select distinct cast(day_bucket as text) as day from ${name} order by 1 desc`);
    days[name] = rows.map(({ day }) => String(day));
  }
  return days;
}

/** What `daysIn` gives where just these days are left: only those that are over for long enough have totals. */
function left(database: TestDatabase, days: readonly string[]): Record<string, string[]> {
  const summed = days.filter((day) => day <= newestClosedDay(database, TODAY));
  return Object.fromEntries(Object.values(tables).map(({ name }) => [name, name.includes('daily') ? summed : [...days]]));
}

onBothDatabases((createDatabase) => {
  test('exactly the days of the retention survive, today included, and losses go with their day', async () => {
    const database = await createDatabase();
    const store = await openTestStore(database, TODAY);
    const days = [...daysDownFrom(addDays(TODAY, 1), addDays(TODAY, -40)), '2025-03-03', '1999-12-31'];
    await fill(database, store, days);

    const result = await purge({ store, ...RETENTION });
    const kept = daysDownFrom(addDays(TODAY, 1), OLDEST_KEPT);
    expect(kept).toHaveLength(31);
    expect(await daysIn(database)).toEqual(left(database, kept));
    expect(result).toEqual({
      throughDay: '2026-02-01',
      afterDay: expect.any(String),
      before: { events: 88, oldestDay: '1999-12-31', newestDay: '2026-03-04' },
      deleted: 26,
      isWiped: true,
      after: { events: 62, oldestDay: OLDEST_KEPT, newestDay: '2026-03-04' }
    });
    expect(await purge({ store, ...RETENTION })).toEqual({ ...result, before: result.after, deleted: 0 });
  });

  test.each([
    [1, TODAY],
    [2, '2026-03-02'],
    [365, '2025-03-04']
  ])('a retention of %i keeps %s as the oldest day', async (retentionDays, oldest) => {
    const database = await createDatabase();
    const store = await openTestStore(database, TODAY);
    const kept = [...new Set([TODAY, addDays(oldest, 1), oldest])].filter((day) => day <= TODAY);
    await fill(database, store, [...kept, addDays(oldest, -1), addDays(oldest, -400)]);
    await purge({ store, today: TODAY, retentionDays });
    expect(await daysIn(database)).toEqual(left(database, kept));
  });

  test('a dry run deletes nothing, and says what a purge then deletes', async () => {
    const database = await createDatabase();
    const store = await openTestStore(database, TODAY);
    await fill(database, store, daysDownFrom(TODAY, '2026-01-01'));
    for (const all of [false, true]) {
      const before = { events: 124, oldestDay: '2026-01-01', newestDay: TODAY };
      const dry = await purge({ store, ...RETENTION, all, dryRun: true });
      expect(dry).toMatchObject({ throughDay: all ? null : '2026-02-01', before, deleted: all ? 124 : 64, isWiped: true, after: before });
      expect(await daysIn(database)).toEqual(left(database, daysDownFrom(TODAY, '2026-01-01')));
    }
    expect((await purge({ store, ...RETENTION })).deleted).toBe(64);
    expect((await purge({ store, ...RETENTION, all: true })).deleted).toBe(60);
  });

  test('a purge of all leaves no row of any day, those to come included', async () => {
    const database = await createDatabase();
    const store = await openTestStore(database, TODAY);
    await fill(database, store, ['2099-12-31', TODAY, '2000-01-01']);
    expect(await purge({ store, ...RETENTION, all: true })).toEqual({
      throughDay: null,
      afterDay: null,
      before: { events: 6, oldestDay: '2000-01-01', newestDay: '2099-12-31' },
      deleted: 6,
      isWiped: true,
      after: { events: 0, oldestDay: null, newestDay: null }
    });
    expect(await daysIn(database)).toEqual(left(database, []));
    await fill(database, store, [TODAY]);
    expect((await store.totals()).events).toBe(2);
  });

  test('a purge of an empty database does nothing', async () => {
    const nothing = { events: 0, oldestDay: null, newestDay: null };
    const store = await openTestStore(await createDatabase(), TODAY);
    for (const all of [false, true])
      expect(await purge({ store, ...RETENTION, all })).toMatchObject({ before: nothing, deleted: 0, after: nothing });
  });

  test('a day of more rows than one statement deletes goes whole, from every table, whatever is in its key', async () => {
    const database = await createDatabase();
    const store = await openTestStore(database, TODAY);
    const random = seededRandom(21);
    const day = '2026-01-01';
    const events = Array.from({ length: 4_500 }, (_, index) =>
      anEvent(random, {
        dayBucket: day,
        guildHash: hexOf(random, 64),
        // A row of each roll-up for itself.
        sampleRate: 1 / (1 + index)
      })
    );
    await writeEvents(store, events);
    expect(await store.rollUp()).toBe(1);
    for (const table of ['telemetry_events', 'telemetry_daily_counts', 'telemetry_daily_durations', 'telemetry_daily_guilds'])
      expect((await database.sql(`select 1 from ${table}`)).length).toBeGreaterThan(4_000);
    expect(await purge({ store, ...RETENTION })).toMatchObject({ deleted: 4_500, after: { events: 0 } });
    expect(await daysIn(database)).toEqual(left(database, []));
  });

  test('events that are written while a purge runs are kept', async () => {
    const database = await createDatabase();
    const purging = await openTestStore(database, TODAY);
    const writing = await openTestStore(database, TODAY);
    const random = seededRandom(9);
    await fill(database, purging, ['2026-01-01'], 3000);
    const { result, written } = await writeDuring(
      writing,
      () => [TODAY, addDays(TODAY, -1)].map((dayBucket) => anEvent(random, { dayBucket })),
      () => purge({ store: purging, ...RETENTION })
    );
    expect(result.deleted).toBe(3000);
    expect(written.length).toBeGreaterThan(0);
    const ids = await database.sql('select id from telemetry_events order by id');
    expect(ids.map(({ id }) => id)).toEqual(written.map(({ id }) => id).toSorted());
  });
});
