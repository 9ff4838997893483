import { expect, test } from '@jest/globals';
import { container } from '@sapphire/framework';
import { setTimeout as wait } from 'node:timers/promises';
import { DiscordStandIn } from '../../examples/stand-ins/discord.ts';
import { until } from '../support/bot.ts';
import { onBothDatabases, postgresqlDatabase, type TestDatabase } from '../support/databases.ts';
import { expectCountersInDatabase } from '../support/counters.ts';
import { databaseAt } from '../support/postgresDatabase.ts';
import { startServer } from '../support/postgresSuite.ts';
import { SampleBot } from '../support/sampleBot.ts';
import { openTestStore } from '../support/seedEvents.ts';
import { allWritten, complaints, driveWhile, expectOutageTold } from '../support/traffic.ts';
import { startPingBot } from './pingBot.ts';

/** Holds every INSERT of events when its rows are there and not committed, for as long as the table `held` has a row. */
const HOLD = `
  create table held (why text);
  insert into held values ('in the middle of a flush');
  create function hold() returns trigger language plpgsql as $$
    begin while exists (select 1 from public.held) loop perform pg_sleep(0.02); end loop; return null; end $$;
  create trigger hold after insert on telemetry_events for each statement execute function hold()`;

const isHeld = async ({ sql }: TestDatabase): Promise<boolean> =>
  (await sql(`select 1 from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'`)).length > 0;

test('a PostgreSQL killed in the middle of a flush and started again has every event once', async () => {
  await using server = await startServer();
  const database = await databaseAt(await server.createDatabase());
  await using bot = await startPingBot(database, { TELEMETRY_QUEUE_SIZE: '10000' });
  await database.sql(HOLD);

  const sent = await driveWhile(bot, async () => {
    await until(() => isHeld(database));
    await server.kill();
    await wait(1_000);
    await server.restart();
    expect(await database.sql('select count(*)::int as events from telemetry_events')).toEqual([{ events: 0 }]);
    await database.sql('delete from held');
    await until(() => container.telemetry.status().problem === null);
    await wait(500);
  });
  await allWritten();

  expect(container.telemetry.status().counters).toMatchObject({ made: 2 * sent, written: 2 * sent });
  await expectCountersInDatabase(database);
  expectOutageTold(bot, 'PostgreSQL (57P0|no code|ECONN)');
});

const storedRuns = async (database: TestDatabase): Promise<{ invokes: number; ends: number }> => {
  const [row] = await database.sql(`select count(case when action = 'invoke' then 1 end) as invokes,
    count(case when action <> 'invoke' then 1 end) as ends from telemetry_events`);
  return { invokes: Number(row?.['invokes']), ends: Number(row?.['ends']) };
};

test('a bot killed in the middle of a flush loses no more than that flush and what was queued, and the next one goes on', async () => {
  const database = await postgresqlDatabase();
  await using discord = await DiscordStandIn.start();
  await using bot = await SampleBot.start({ database, discord });
  await bot.use(10);
  await until(async () => (await bot.status()).queueLength === 0);
  const before = (await bot.status()).counters.written;
  await database.sql(HOLD);
  await bot.use(10);
  await until(() => isHeld(database));
  const { counters, queueLength } = await bot.status();
  expect({ written: counters.written, queueLength }).toEqual({ written: before, queueLength: 20 });
  await bot.kill();
  expect(complaints(bot)).toEqual([]);

  // The server still has what it was given: that flush it may write or not, but as a whole.
  await database.sql('delete from held');
  await until(async () => (await database.sql("select 1 from pg_stat_activity where application_name like 'sapphire%'")).length === 0);
  const { invokes, ends } = await storedRuns(database);
  expect(invokes + ends).toBeGreaterThanOrEqual(before);
  expect(invokes + ends).toBeLessThanOrEqual(before + 20);

  await using next = await SampleBot.start({ database, discord });
  await next.use(5);
  await until(async () => (await next.status()).queueLength === 0);
  const { written } = (await next.status()).counters;
  expect(await next.stop()).toBe(0);
  const after = await storedRuns(database);
  expect(after.invokes + after.ends).toBe(invokes + ends + written);
  expect(after.invokes - invokes).toBe(after.ends - ends);
  expect(complaints(next)).toEqual([]);
});

const ROUNDS = 4;

onBothDatabases((create) => {
  test('a bot killed at any moment of its traffic leaves what it said was written, once, and a database that the next one can use', async () => {
    const database = await create();
    await using discord = await DiscordStandIn.start();
    let [atLeast, atMost] = [0, 0];
    for (let round = 0; round < ROUNDS; round += 1) {
      await using bot = await SampleBot.start({ database, discord, env: { TELEMETRY_FLUSH_INTERVAL_MS: '50' } });
      await bot.use(5);
      await until(async () => (await bot.status()).counters.written > 0);
      const told = await bot.status();
      atLeast += told.counters.written;
      // The last ones are answered or not: the bot dies meanwhile.
      const last = Array.from({ length: 20 }, () => discord.userMenu({ command: 'Race record', timeoutMs: 1_000 }));
      await wait(Math.random() * 120);
      await bot.kill();
      atMost += told.counters.made + 2 * last.length;
      await Promise.all(last);
      expect(complaints(bot)).toEqual([]);
    }
    const { invokes, ends } = await storedRuns(database);
    expect(invokes + ends).toBeGreaterThanOrEqual(atLeast);
    expect(invokes + ends).toBeLessThanOrEqual(atMost);
    expect(ends).toBeLessThanOrEqual(invokes);
    const { findings } = await (await openTestStore(database)).audit(30);
    expect(findings).toEqual([]);
  });
});
