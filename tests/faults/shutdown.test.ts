import { expect, test } from '@jest/globals';
import { runs } from '../../src/surfaces/runs.ts';
import { container } from '@sapphire/framework';
import { ENABLED, startBot, until } from '../support/bot.ts';
import { onBothDatabases, postgresqlDatabase } from '../support/databases.ts';
import { expectCountersInDatabase, expectCountersToAddUp } from '../support/counters.ts';
import { atSuiteEnd, startServer } from '../support/postgresSuite.ts';
import { TcpProxy } from '../support/tcpProxy.ts';
import { complaints, drive, maintained, Ping, times } from '../support/traffic.ts';

/** The deadline is 3 s; the rest is for a busy machine and for discord.js itself. */
const GENEROUS_MS = 8_000;

async function timed(work: Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work;
  return performance.now() - begin;
}

onBothDatabases((createDatabase) => {
  test('destroy called twice at once and once again ends runs in flight, writes the queue once, and logs out', async () => {
    const database = await createDatabase();
    const bot = await startBot({ commands: { ping: Ping }, env: { ...ENABLED, ...database.env, TELEMETRY_FLUSH_INTERVAL_MS: '600000' } });
    await until(() => container.telemetry.status().state === 'open');
    const sent = await drive(bot, times(5));
    runs().begin({}, { surface: 'discord', feature: 'seeds', operation: 'roll' });
    await Promise.all([bot.client.destroy(), bot.client.destroy()]);
    await bot.client.destroy();
    expect(bot.client.isReady()).toBe(false);
    expect(container.telemetry.status()).toMatchObject({
      state: 'closed',
      inFlight: 0,
      counters: { made: 2 * sent + 2, written: 2 * sent + 2 }
    });
    await expectCountersInDatabase(database);
    expect(complaints(bot)).toEqual([]);
    await bot.stop();
  });

  test('destroy while the bot starts writes what there is, and leaves nothing open', async () => {
    const database = await createDatabase();
    let destroyed: Promise<void> | undefined;
    const bot = await startBot({
      env: { ...ENABLED, ...database.env },
      beforeLogin: (client) => {
        client.once('shardReady', () => {
          container.telemetry.track({ surface: 'discord', feature: 'seeds', operation: 'roll' }, () => undefined);
          destroyed = client.destroy();
        });
      }
    }).catch((error: unknown) => error);
    await until(() => destroyed !== undefined);
    expect(await timed(Promise.resolve(destroyed))).toBeLessThan(GENEROUS_MS);
    expect(container.telemetry.status()).toMatchObject({ state: 'closed', inFlight: 0, counters: { made: 2, written: 2 } });
    await expectCountersInDatabase(database);
    if (!(bot instanceof Error)) await (bot as { stop(): Promise<void> }).stop();
  });
});

test('destroy with a database that died meanwhile keeps its deadline, and says what was not written', async () => {
  const server = await startServer();
  const url = await server.createDatabase();
  const bot = await startBot({ commands: { ping: Ping }, env: { ...ENABLED, TELEMETRY_DATABASE_URL: url } });
  await maintained({ sql: (statement) => server.query(statement, url) });
  await server.kill();
  const sent = await drive(bot, times(10));
  await until(() => container.telemetry.status().inFlight === 0);
  const left = container.telemetry.status().queueLength;
  expect(left).toBeGreaterThanOrEqual(2 * sent - 2);
  expect(await timed(bot.client.destroy())).toBeLessThan(GENEROUS_MS);
  expect(bot.client.isReady()).toBe(false);
  expectCountersToAddUp();
  expect(complaints(bot)).toEqual([
    expect.stringContaining('cannot write to its database'),
    expect.stringContaining(`closes with ${left} events unwritten`)
  ]);
  await bot.stop();
});

test.each([
  ['while it is opened', false],
  ['that was open', true]
])('destroy with a database %s and that never answers keeps its deadline', async (_, opensFirst) => {
  const database = await postgresqlDatabase();
  const proxy = await TcpProxy.start(database.env['TELEMETRY_DATABASE_URL'] ?? '');
  atSuiteEnd(() => proxy.close());
  if (!opensFirst) proxy.swallow();
  const bot = await startBot({ commands: { ping: Ping }, env: { ...ENABLED, TELEMETRY_DATABASE_URL: proxy.url } });
  if (opensFirst) {
    await until(() => container.telemetry.status().state === 'open');
    proxy.swallow();
  }
  await drive(bot, times(5));
  expect(await timed(bot.client.destroy())).toBeLessThan(GENEROUS_MS);
  expect(bot.client.isReady()).toBe(false);
  expectCountersToAddUp();
  expect(complaints(bot)).toContainEqual(expect.stringMatching(/closes with \d+ events unwritten: its database did not answer/));
  await bot.stop();
  await proxy.close();
});
