import { expect, test } from '@jest/globals';
import { postgresqlMigrations } from '../../migrations/index.ts';
import { addDays } from '../../src/events/day.ts';
import { systemClock } from '../../src/events/clock.ts';
import { until } from '../support/bot.ts';
import { outcomes, postgresqlDatabase, type TestDatabase } from '../support/databases.ts';
import { seededRandom } from '../support/randomEvents.ts';
import { anEvent, openTestStore, throughDay, writeEvents } from '../support/seedEvents.ts';
import { runTrackingProcesses } from '../support/trackingProcesses.ts';

const PROCESSES = 4;
const RUNS = 500;

test('four processes that start at once on an empty PostgreSQL make the tables once, and each event is written once', async () => {
  const database = await postgresqlDatabase();
  const results = await runTrackingProcesses(database, PROCESSES, RUNS);
  for (const { lines, status } of results) {
    expect(lines).toEqual([]);
    expect(status).toMatchObject({ state: 'closed', problem: null, queueLength: 0, inFlight: 0 });
    expect(status.counters).toEqual({ made: 2 * RUNS, written: 2 * RUNS, sampledOut: 0, dropped: 0, refused: 0, forgotten: 0 });
  }
  const all = PROCESSES * RUNS;
  expect(await outcomes(database)).toEqual({ 'discord.generator.preset': { runs: all, ok: all, failed: 0 } });
  expect(await database.sql('select count(*) as migrations from telemetry_migrations')).toEqual([
    { migrations: String(postgresqlMigrations.length) }
  ]);
});

// Constants of src/storage/postgresql/postgresqlDialect.ts: processes of different versions must agree on them.
const MIGRATION_LOCK = '7306915402';
const dayLock = (day: string): string => `1730691540, ${Date.parse(day) / 86_400_000}`;

/** Does `work` while another connection holds the lock for a while, and fails unless it is seen to wait for it. */
async function expectToWait({ sql }: TestDatabase, lock: string, work: () => Promise<unknown>): Promise<void> {
  const isLocked = (how: 'granted' | 'not granted') => async (): Promise<boolean> =>
    (await sql(`select 1 from pg_locks where locktype = 'advisory' and ${how}`)).length > 0;
  const held = sql(`select pg_advisory_lock(${lock}), pg_sleep(1)`);
  await until(isLocked('granted'));
  const done = work();
  await until(isLocked('not granted'));
  await Promise.all([held, done]);
}

test('a process that finds another one migrating waits for it', async () => {
  const database = await postgresqlDatabase();
  await expectToWait(database, MIGRATION_LOCK, () => openTestStore(database));
});

test('summing up a day, purging it, erasing a guild of it and writing late events of it wait for each other', async () => {
  const database = await postgresqlDatabase();
  const today = systemClock().today();
  const day = addDays(today, -5);
  const store = await openTestStore(database, today);
  const random = seededRandom(8);
  const write = (): Promise<void> => writeEvents(store, [anEvent(random, { dayBucket: day, guildHash: 'a'.repeat(64) })]);
  const works = [write, () => store.rollUp(), () => store.eraseGuilds(['a'.repeat(64)]), write, () => store.purge(throughDay(day))];
  for (const work of works) await expectToWait(database, dayLock(day), work);
});
