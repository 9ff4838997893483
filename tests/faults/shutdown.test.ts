import { expect, test } from '@jest/globals';
import { container } from '@sapphire/framework';
import { runRecorder, startBot, until } from '../support/bot.ts';
import { expectCountersInDatabase, expectCountersToAddUp } from '../support/counters.ts';
import { onBothDatabases } from '../support/databases.ts';
import { ROLL } from '../support/handClock.ts';
import { databaseAt } from '../support/postgresDatabase.ts';
import { startServer } from '../support/postgresSuite.ts';
import { complaints, drive, Ping, times } from '../support/traffic.ts';
import { startPingBot } from './pingBot.ts';
import { proxiedDatabase } from './proxied.ts';

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
    await using bot = await startBot({ database, commands: { ping: Ping }, env: { TELEMETRY_FLUSH_INTERVAL_MS: '600000' } });
    await until(() => container.telemetry.status().state === 'open');
    const sent = await drive(bot, times(5));
    runRecorder().begin({}, ROLL);
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
  });

  test('destroy while the bot starts writes what there is, and leaves nothing open', async () => {
    const database = await createDatabase();
    let destroyed: Promise<void> | undefined;
    const started = startBot({
      database,
      beforeLogin: (client) => {
        client.once('shardReady', () => {
          container.telemetry.track(ROLL, () => undefined);
          destroyed = client.destroy();
        });
      }
    });
    // Whether a login that is broken off fails is for discord.js to say.
    await started.catch(() => undefined);
    await until(() => destroyed !== undefined);
    expect(await timed(Promise.resolve(destroyed))).toBeLessThan(GENEROUS_MS);
    expect(container.telemetry.status()).toMatchObject({ state: 'closed', inFlight: 0, counters: { made: 2, written: 2 } });
    await expectCountersInDatabase(database);
  });
});

test('destroy with a database that died meanwhile keeps its deadline, and says what was not written', async () => {
  await using server = await startServer();
  await using bot = await startPingBot(await databaseAt(await server.createDatabase()));
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
});

test.each([
  ['while it is opened', false],
  ['that was open', true]
])('destroy with a database %s and that never answers keeps its deadline', async (_, opensFirst) => {
  const { database, proxy } = await proxiedDatabase();
  if (!opensFirst) proxy.swallow();
  await using bot = await startBot({ database, commands: { ping: Ping } });
  if (opensFirst) {
    await until(() => container.telemetry.status().state === 'open');
    proxy.swallow();
  }
  await drive(bot, times(5));
  expect(await timed(bot.client.destroy())).toBeLessThan(GENEROUS_MS);
  expect(bot.client.isReady()).toBe(false);
  expectCountersToAddUp();
  expect(complaints(bot)).toContainEqual(expect.stringMatching(/closes with \d+ events unwritten: its database did not answer/));
});
