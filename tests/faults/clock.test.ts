import { expect, test } from '@jest/globals';
import { systemClock } from '../../src/events/clock.ts';
import { addDays } from '../../src/events/day.ts';
import { until } from '../support/bot.ts';
import { onBothDatabases, type TestDatabase } from '../support/databases.ts';
import { makeTelemetry, ROLL } from '../support/handClock.ts';
import { expectCountersInDatabase, expectCountersToAddUp } from '../support/counters.ts';
import { seededRandom } from '../support/randomEvents.ts';
import { openTestStore } from '../support/seedEvents.ts';

/** Days that the calendar jumps, one after the other: over midnight, back again, over a weekend, back by more than was gone forward. */
const JUMPS = [1, -1, 1, 1, 3, -5, 0, 2, -1, 6] as const;
const RUNS = 12;

const byDay = async (database: TestDatabase, action: string): Promise<Record<string, number>> => {
  const rows = await database.sql(
    `select cast(day_bucket as text) as day, count(*) as count from telemetry_events where ${action} group by 1 order by 1`
  );
  return Object.fromEntries(rows.map(({ day, count }) => [String(day), Number(count)]));
};

onBothDatabases((createDatabase) => {
  test('a clock that jumps over midnight, forward and backward costs no event, doubles none, and moves none to another day', async () => {
    const random = seededRandom(8);
    const database = await createDatabase();
    await using made = await makeTelemetry({ database, env: { TELEMETRY_RETENTION_DAYS: '60' } });
    const { telemetry, clock, log } = made;
    // The database has a clock of its own, by which nothing is purged before the first jump either.
    clock.day = systemClock().today();
    telemetry.start();
    await until(() => telemetry.status().lastPurge !== null);
    const invoked = new Map<string, number>();
    const open: object[] = [];
    for (const jump of JUMPS) {
      for (let run = 0; run < RUNS; run += 1) {
        const key = {};
        telemetry.runs.begin(key, ROLL);
        invoked.set(clock.day, (invoked.get(clock.day) ?? 0) + 1);
        open.push(key);
        // Some runs are still in flight when the calendar jumps, and some events still queued.
        if (random() < 0.6) telemetry.runs.end(open.shift() ?? key);
        if (random() < 0.2) await telemetry.flush();
        expectCountersToAddUp(telemetry.status());
      }
      clock.day = addDays(clock.day, jump);
      clock.ms += 1_000;
      // As at every start: what is over is summed up, so that what comes late has to undo it.
      const other = await openTestStore(database, clock.day);
      // SQLite refuses a second writer.
      await telemetry.flush();
      await other.rollUp();
      await other.close();
    }
    for (const key of open) telemetry.runs.end(key);
    expect(await telemetry.flush()).toBe(true);

    const expected = Object.fromEntries([...invoked].toSorted(([a], [b]) => (a < b ? -1 : 1)));
    expect(await byDay(database, "action = 'invoke'")).toEqual(expected);
    expect(await byDay(database, "action <> 'invoke'")).toEqual(expected);
    expect(telemetry.status()).toMatchObject({ inFlight: 0, counters: { made: 2 * RUNS * JUMPS.length, dropped: 0, refused: 0 } });
    await expectCountersInDatabase(database, telemetry.status());
    const [negative] = await database.sql('select count(*) as count from telemetry_events where duration_ms < 0');
    expect(Number(negative?.['count'])).toBe(0);

    clock.day = addDays([...invoked.keys()].toSorted().at(-1) ?? clock.day, 5);
    const { daily, quality, features } = await telemetry.report({ days: 30 });
    expect(daily.reduce((sum, { events }) => sum + events, 0)).toBe(2 * RUNS * JUMPS.length);
    expect(features).toEqual([expect.objectContaining({ invokes: RUNS * JUMPS.length })]);
    expect(quality).toMatchObject({ unfinished: 0, dropped: 0, refused: 0 });
    expect(log).toEqual([expect.stringMatching(/^Telemetry writes to/)]);
  });

  test('runs do not expire, nor last less than no time, when the calendar jumps', async () => {
    const database = await createDatabase();
    const { telemetry, clock } = await makeTelemetry({ database });
    telemetry.start();
    const [forward, backward] = [{}, {}];
    telemetry.runs.begin(forward, ROLL);
    clock.day = addDays(clock.day, 400);
    telemetry.runs.begin(backward, ROLL);
    clock.day = addDays(clock.day, -800);
    clock.ms += 42;
    for (const key of [forward, backward]) {
      telemetry.runs.succeed(key);
      telemetry.runs.end(key);
    }
    await telemetry.close();
    expect(await database.sql("select duration_ms from telemetry_events where action = 'success'")).toEqual([
      { duration_ms: 42 },
      { duration_ms: 42 }
    ]);
    // What the calendar made too old was written after the purge at start: the next one is of the same clock.
    await expectCountersInDatabase(database, telemetry.status());
  });
});
