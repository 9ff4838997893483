import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { container } from '@sapphire/framework';
import { systemClock } from '../../src/events/clock.ts';
import { addDays, DAY_MS } from '../../src/events/day.ts';
import { startBot, until } from '../support/bot.ts';
import { expectCountersInDatabase, expectCountersToAddUp } from '../support/counters.ts';
import type { TestDatabase } from '../support/databases.ts';
import { ROLL, startTelemetry } from '../support/handClock.ts';
import { seededRandom } from '../support/randomEvents.ts';
import { anEvent, openTestStore, throughDay, writeEvents } from '../support/seedEvents.ts';
import { allWritten, complaints, drive, driveWhile, expectOutageTold, Ping, times } from '../support/traffic.ts';
import { startPingBot } from './pingBot.ts';
import { proxiedDatabase } from './proxied.ts';

const CUTS = 3;

test('connections that are cut after the commit and before its answer double no event and lose none', async () => {
  const { database, proxy } = await proxiedDatabase();
  await using bot = await startPingBot(database);
  proxy.cutAfterCommit(...Array<string>(CUTS).fill('insert into "public"."telemetry_events"'));
  const sent = await driveWhile(bot, async () => {
    await until(() => proxy.cuts === CUTS);
    await until(() => container.telemetry.status().problem === null);
  });
  await allWritten();
  expect(container.telemetry.status().counters).toMatchObject({ made: 2 * sent, written: 2 * sent });
  await expectCountersInDatabase(database);
  expectOutageTold(bot, 'PostgreSQL');
});

test('counts of lost events are written once too, when the answer to that is lost', async () => {
  const { database, proxy } = await proxiedDatabase();
  const env = { TELEMETRY_QUEUE_SIZE: '4', TELEMETRY_FLUSH_INTERVAL_MS: '600000' };
  await using bot = await startBot({ database, env, commands: { ping: Ping } });
  await until(() => container.telemetry.status().state === 'open');
  proxy.cutAfterCommit('insert into "public"."telemetry_events"', 'insert into "public"."telemetry_losses"');
  for (let run = 0; run < 20; run += 1) container.telemetry.track(ROLL, () => undefined);
  expectCountersToAddUp();
  expect(container.telemetry.status().counters.dropped).toBeGreaterThan(0);
  await until(() => proxy.cuts === 2);
  await allWritten();
  await expectCountersInDatabase(database);
  expect(await drive(bot, times(3))).toBe(3);
});

test('late events, whose day is summed up, are written once when the answer to their transaction is lost', async () => {
  const { database, proxy } = await proxiedDatabase();
  await using started = await startTelemetry({ database });
  const { telemetry, clock, log } = started;
  const runs = Array.from({ length: 5 }, () => ({}));
  for (const run of runs) telemetry.runs.begin(run, ROLL);
  await telemetry.flush();
  clock.day = addDays(clock.day, 3);
  for (const run of runs) telemetry.runs.end(run);
  proxy.cutAfterCommit('insert into "public"."telemetry_events"');
  expect(await telemetry.flush()).toBe(false);
  expect(await telemetry.flush()).toBe(true);
  expect(proxy.cuts).toBe(1);
  expect(telemetry.status().counters).toMatchObject({ made: 10, written: 10 });
  await expectCountersInDatabase(database, telemetry.status());
  expect(log.filter((line) => line.includes('cannot write'))).toHaveLength(1);
});

/** A session of its own that does `sql` and then nothing, until it is released or disposed of. */
async function hold(database: TestDatabase, sql: string): Promise<AsyncDisposable & { release(): Promise<void> }> {
  const session = database.sql(`begin; ${sql}; select pg_sleep(600)`).catch(() => undefined);
  await until(async () => (await activity(database, "wait_event = 'PgSleep'")) > 0);
  const release = async (): Promise<void> => {
    await database.sql(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'"
    );
    await session;
  };
  return { release, [Symbol.asyncDispose]: release };
}

async function activity(database: TestDatabase, where: string): Promise<number> {
  return (await database.sql(`select 1 from pg_stat_activity where datname = current_database() and ${where}`)).length;
}

/** Sessions that wait for a lock: one whose client is lost goes on until it gets it. */
const waiting = (database: TestDatabase): Promise<number> => activity(database, "wait_event_type = 'Lock'");

test('a connection that is cut while the tables are being made is opened anew', async () => {
  const { database, proxy } = await proxiedDatabase();
  // The lock under which the tables are made.
  await using lock = await hold(database, 'select pg_advisory_xact_lock(7306915402)');
  await using bot = await startBot({ database, commands: { ping: Ping } });
  const sent = await driveWhile(bot, async () => {
    await until(async () => (await waiting(database)) > 0);
    proxy.cutAll();
    await until(() => complaints(bot).length > 0);
  });
  expect(complaints(bot)).toEqual([expect.stringMatching(/cannot open its database: PostgreSQL/)]);
  await lock.release();
  await until(() => container.telemetry.status().state === 'open', 30_000);
  await allWritten();
  expect(container.telemetry.status().counters).toMatchObject({ made: 2 * sent, written: 2 * sent });
  await expectCountersInDatabase(database);
});

const holdLock = (database: TestDatabase, lock: string): ReturnType<typeof hold> =>
  hold(database, `set statement_timeout = 0; select pg_advisory_xact_lock(${lock})`);

/** Longer than a server is waited for that says nothing. */
const LONG_MS = 20_000;

test('a migration and a purge that wait long for a lock go on, whatever limits the database has set', async () => {
  const [{ database }, { database: empty }] = [await proxiedDatabase(), await proxiedDatabase()];
  const day = addDays(systemClock().today(), -5);
  const store = await openTestStore(database);
  await writeEvents(store, [anEvent(seededRandom(1), { dayBucket: day })]);
  for (const { env, sql } of [database, empty])
    for (const limit of ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'])
      await sql(`alter database ${new URL(env['TELEMETRY_DATABASE_URL'] ?? '').pathname.slice(1)} set ${limit} = '1s'`);
  await using dayLock = await holdLock(database, `1730691540, ${Date.parse(day) / DAY_MS}`);
  await using migrationLock = await holdLock(empty, '7306915402');
  // A connection that was made before has the old limits.
  await store.close();
  const [purged, opened] = [(await openTestStore(database)).purge(throughDay(day)), openTestStore(empty)];
  await wait(LONG_MS);
  for (const one of [database, empty]) expect(await waiting(one)).toBe(1);
  await dayLock.release();
  await migrationLock.release();
  expect((await purged).deleted).toBe(1);
  expect(await (await opened).totals()).toMatchObject({ events: 0 });
});

/** More than the pool holds. */
const LOST_CONNECTIONS = 6;
const SETTLE_MS = 100;

test('connections that are cut in the middle of a transaction are not missed by the pool', async () => {
  const { database, proxy } = await proxiedDatabase();
  await using bot = await startPingBot(database);
  await using lock = await hold(database, 'lock table telemetry_daily_counts in access exclusive mode');
  for (let lost = 0; lost < LOST_CONNECTIONS; lost += 1) {
    const report = container.telemetry.report().catch((error: unknown) => error);
    await until(async () => (await waiting(database)) > lost);
    proxy.cutAll();
    expect(await report).toBeInstanceOf(Error);
    // Until the pool has heard of its idle connections too.
    await wait(SETTLE_MS);
  }
  await lock.release();
  const sent = await drive(bot, times(5));
  await allWritten();
  expect((await container.telemetry.report()).features).toEqual([expect.objectContaining({ invokes: sent })]);
  await expectCountersInDatabase(database);
});

test('a server that stops answering is given up; what it wrote meanwhile is not written twice', async () => {
  const { database, proxy } = await proxiedDatabase();
  await using bot = await startPingBot(database);
  await drive(bot, times(5));
  const sent = await driveWhile(bot, async () => {
    proxy.swallow();
    await until(() => container.telemetry.status().problem !== null, 40_000);
    proxy.heal();
    await until(() => container.telemetry.status().problem === null, 40_000);
  });
  await allWritten();
  expect(container.telemetry.status().counters).toMatchObject({ made: 2 * (sent + 5), dropped: 0, refused: 0 });
  await expectCountersInDatabase(database);
  expectOutageTold(bot, 'PostgreSQL ETIMEDOUT');
});

test('a server that never answers is not waited for: the bot logs in, answers, and its events come when the server does', async () => {
  const { database, proxy } = await proxiedDatabase();
  proxy.swallow();
  await using bot = await startBot({ database, commands: { ping: Ping } });
  const sent = await driveWhile(bot, async () => {
    await until(() => complaints(bot).length > 0, 40_000);
    expect(container.telemetry.status()).toMatchObject({ state: 'opening', problem: expect.stringContaining('PostgreSQL') });
    proxy.heal();
    await until(() => container.telemetry.status().state === 'open', 40_000);
  });
  await allWritten();
  expect(container.telemetry.status().counters).toMatchObject({ made: 2 * sent, written: 2 * sent });
  await expectCountersInDatabase(database);
  expect(complaints(bot)).toEqual([expect.stringMatching(/cannot open its database: PostgreSQL/)]);
});
