import { expect, test } from '@jest/globals';
import { systemClock } from '../../src/events/clock.ts';
import { BUCKET_SQL } from '../../src/events/durationBuckets.ts';
import { onBothDatabases } from '../support/databases.ts';
import { seededRandom } from '../support/randomEvents.ts';
import { anEvent, openTestStore, writeEvents } from '../support/seedEvents.ts';

/** In milliseconds; the last is a day. */
const DURATIONS = [0, 0.5, 1, 2, 1000, 86_400_000];
const GAMMA = 1.05 / 0.95;
const today = systemClock().today();

/** The bucket as it is defined: bucket `i` holds the durations above GAMMA^(i-1) and up to GAMMA^i milliseconds, bucket 0 the rest. */
function bucketOf(durationMs: number): number {
  let bucket = 0;
  while (durationMs > GAMMA ** bucket) bucket += 1;
  return bucket;
}

onBothDatabases((createDatabase) => {
  test('SQL puts a duration into the bucket that its definition says', async () => {
    const { sql } = await createDatabase();
    const durations = DURATIONS.map((ms) => `select cast(${ms} as double precision) as duration_ms`).join(' union all ');
    const rows = await sql(`select duration_ms, ${BUCKET_SQL} as bucket from (${durations}) as durations order by duration_ms`);
    expect(rows).toEqual(DURATIONS.map((ms) => ({ duration_ms: ms, bucket: bucketOf(ms) })));
  });

  test('a store counts each stored duration in the bucket that its definition says, before and after its day is rolled up', async () => {
    const database = await createDatabase();
    const store = await openTestStore(database);
    const random = seededRandom(31);
    const whole = DURATIONS.filter(Number.isInteger);
    const dayBucket = '2026-02-12';
    await writeEvents(
      store,
      whole.map((durationMs) => anEvent(random, { dayBucket, eventName: `discord.seeds.took_${durationMs}.success`, durationMs }))
    );
    const expected = whole.map((ms) => [`discord.seeds.took_${ms}.success`, bucketOf(ms), 1]);
    const rolledUp: number[] = [];
    for (const rollUp of [async () => 0, () => store.rollUp()]) {
      rolledUp.push(await rollUp());
      const { spans } = await store.usage({ spans: [{ from: dayBucket, to: today }] });
      const counted = [...(spans[0]?.durations ?? [])].flatMap(({ eventName, buckets }) =>
        [...buckets].flatMap((count, bucket) => (count > 0 ? [[eventName, bucket, count]] : []))
      );
      expect(counted).toHaveLength(whole.length);
      expect(counted).toEqual(expect.arrayContaining(expected));
    }
    expect(rolledUp).toEqual([0, 1]);
    const stored = await database.sql('select event_name, buckets from telemetry_daily_durations order by event_name');
    expect(stored.map((row) => Object.values(row).join(' '))).toEqual(expected.map(([name, bucket]) => `${name} ${bucket}:1`).toSorted());
  });
});
