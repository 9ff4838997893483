import { randomUUID } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { container } from '@sapphire/framework';
import { systemClock } from '../../src/events/clock.ts';
import { settled, startBot, until } from '../support/bot.ts';
import { expectCountersToAddUp } from '../support/counters.ts';
import { onBothDatabases, outcomes, sqliteDatabase, type Row, type TestDatabase } from '../support/databases.ts';
import { ROLL } from '../support/handClock.ts';
import { databaseAt } from '../support/postgresDatabase.ts';
import { startServer } from '../support/postgresSuite.ts';
import { seededRandom } from '../support/randomEvents.ts';
import { anEvent, openTestStore, writeEvents } from '../support/seedEvents.ts';
import { allWritten, complaints, drive, expectOutageTold, forSomeTime, Ping, times } from '../support/traffic.ts';

const OUTAGE_MS = 5_000;
const TEST_MS = 120_000;

const COUNTS = `select (select count(*)::int from telemetry_events where action = 'invoke') as invokes,
  (select count(*)::int from telemetry_events where action = 'success') as successes,
  (select count(*)::int from telemetry_events) as events,
  (select coalesce(sum(count), 0)::int from telemetry_losses where reason = 'queue_full') as dropped,
  (select count(*)::int from telemetry_losses where reason <> 'queue_full') as others`;

const counts = async ({ sql }: TestDatabase): Promise<Row | undefined> => (await sql(COUNTS))[0];

test(
  'a database that dies under traffic and comes back after five seconds costs no event, and doubles none',
  async () => {
    await using server = await startServer();
    const database = await databaseAt(await server.createDatabase());
    await using bot = await startBot({ database, commands: { ping: Ping }, env: { TELEMETRY_QUEUE_SIZE: '100000' } });
    await until(() => container.telemetry.status().state === 'open');

    let over = false;
    const outage = wait(1_000)
      .then(() => server.kill())
      .then(() => wait(OUTAGE_MS))
      .then(() => server.restart())
      .then(() => wait(1_000))
      .finally(() => (over = true));
    const sent = await drive(bot, () => over);
    await outage;
    expect(sent).toBeGreaterThan(100);
    await allWritten();

    expect(await counts(database)).toEqual({ invokes: sent, successes: sent, events: 2 * sent, dropped: 0, others: 0 });
    expect(container.telemetry.status().counters).toEqual({
      made: 2 * sent,
      written: 2 * sent,
      dropped: 0,
      refused: 0,
      sampledOut: 0,
      forgotten: 0
    });
    expectOutageTold(bot, /PostgreSQL/);
  },
  TEST_MS
);

test(
  'a queue of 100 keeps the newest 100 events of an outage; the others are counted in the database, in the status and in the report',
  async () => {
    await using server = await startServer();
    const database = await databaseAt(await server.createDatabase());
    await using bot = await startBot({ database, commands: { ping: Ping }, env: { TELEMETRY_QUEUE_SIZE: '100' } });
    await until(() => container.telemetry.status().state === 'open');
    const before = await drive(bot, times(20));
    await settled();

    await server.kill();
    const during = await drive(bot, times(80));
    await until(() => container.telemetry.status().inFlight === 0);
    const overflow = 2 * during - 100;
    expect(container.telemetry.status()).toMatchObject({ queueLength: 100, counters: { dropped: overflow } });
    const status = () => bot.discord.slash({ command: 'telemetry', subcommand: 'status', user: bot.discord.owner });
    expect((await status())?.content).toMatch(
      new RegExp(`with a problem: PostgreSQL .*\\n.*\\nQueue: 100 of 100 events\\n(.*\\n)*.* ${overflow} dropped`)
    );
    await server.restart();
    await allWritten();
    const after = await drive(bot, forSomeTime(1_000));
    await allWritten();

    const events = 2 * (before + during + after) - overflow;
    expect(await counts(database)).toMatchObject({ events, dropped: overflow, others: 0 });
    expect((await status())?.content).toContain(`= ${events} written + 0 queued + ${overflow} dropped + 0 refused`);
    expect((await container.telemetry.report()).quality).toMatchObject({ dropped: overflow, refused: 0 });
    expect(bot.log.filter((line) => line.startsWith('Warn Telemetry queue full'))).toHaveLength(1);
  },
  TEST_MS
);

test('a file that another process has locked is written when it is free again, and holds up no command', async () => {
  const database = await sqliteDatabase();
  await using bot = await startBot({ database, commands: { ping: Ping } });
  await until(() => container.telemetry.status().state === 'open');
  const other = new DatabaseSync(database.file, { timeout: 5_000 });
  other.exec('begin immediate');
  const sent = await drive(bot, forSomeTime(2_000));
  expect(container.telemetry.status()).toMatchObject({
    counters: { written: 0 },
    problem: expect.stringContaining('another process writes')
  });
  other.exec('rollback');
  other.close();
  await allWritten();
  expect(await database.sql('select count(*) as events from telemetry_events')).toEqual([{ events: 2 * sent }]);
});

onBothDatabases((createDatabase) => {
  test('what is written again after a lost answer is stored once, and nothing of it is refused', async () => {
    const database = await createDatabase();
    const store = await openTestStore(database);
    const random = seededRandom(31);
    const events = Array.from({ length: 20 }, () => anEvent(random, { dayBucket: systemClock().today() }));
    const loss = { dayBucket: systemClock().today(), id: randomUUID(), reason: 'refused', count: 3 } as const;
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await writeEvents(store, events.slice(0, 10 * (attempt + 1)));
      await store.writeLosses([loss]);
    }
    expect(await outcomes(database)).toEqual({ 'discord.generator.preset': { runs: 0, ok: 20, failed: 0 } });
    expect(await database.sql('select reason, count from telemetry_losses')).toEqual([{ reason: 'refused', count: 3 }]);
  });

  test('events that the database refuses are set aside and counted, and hold up none of the others', async () => {
    const database = await createDatabase();
    await using bot = await startBot({ database, env: { TELEMETRY_FLUSH_INTERVAL_MS: '600000' } });
    container.telemetry.track(ROLL, () => undefined);
    await until(() => container.telemetry.flush());
    await database.sql(
      database.engine === 'PostgreSQL'
        ? "alter table telemetry_events add constraint no_poison check (feature <> 'poison')"
        : `create trigger no_poison before insert on telemetry_events when new.feature = 'poison' begin select raise(abort, 'no'); end`
    );
    for (let run = 0; run < 60; run += 1) {
      container.telemetry.track(run % 20 === 7 ? { ...ROLL, feature: 'poison' } : ROLL, () => undefined);
      expectCountersToAddUp();
    }
    expect(await container.telemetry.flush()).toBe(true);
    expectCountersToAddUp();

    expect(await outcomes(database)).toEqual({ 'discord.seeds.roll': { runs: 58, ok: 58, failed: 0 } });
    expect(container.telemetry.status().counters).toMatchObject({ made: 122, written: 116, refused: 6, dropped: 0 });
    const losses = await database.sql('select reason, sum(count) as count from telemetry_losses group by reason');
    expect(losses.map(({ reason, count }) => [reason, Number(count)])).toEqual([['refused', 6]]);
    expect((await container.telemetry.report()).quality).toMatchObject({ refused: 6, dropped: 0 });
    expect(complaints(bot)).toEqual([expect.stringContaining('set aside an event that its database refused')]);
  });
});
