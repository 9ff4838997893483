import { afterEach, expect, jest, test } from '@jest/globals';
import { container } from '@sapphire/framework';
import { guildHasher, saltFingerprint } from '../../src/events/guildHash.ts';
import { SALT, settled, startBot, until } from '../support/bot.ts';
import { onBothDatabases, type TestDatabase } from '../support/databases.ts';
import { fakeMinutes } from '../support/handClock.ts';
import { openTestStore } from '../support/seedEvents.ts';
import { GUILD, OTHER_GUILD, trackIn } from './twoGuilds.ts';

const OTHER_SALT = '0a91b8c27d36e45f5f64e73d82c91b0a0a91b8c27d36e45f';
const MINUTE_MS = 60_000;

const warnings = (log: readonly string[]): string[] => log.filter((line) => line.includes('TELEMETRY_HASH_SALT was changed'));

afterEach(() => {
  jest.useRealTimers();
});

/** Lets a bot record a run in two guilds, and stops it. Returns what it logged. */
async function recordWith(database: TestDatabase, salt: string): Promise<readonly string[]> {
  await using bot = await startBot({ database, env: { TELEMETRY_HASH_SALT: salt } });
  trackIn(GUILD);
  trackIn(OTHER_GUILD);
  await settled();
  await until(() => container.telemetry.status().lastPurge !== null);
  return bot.log;
}

onBothDatabases((createDatabase) => {
  test('a salt that was changed is noticed at start and shown by the status, until the old events are gone', async () => {
    const database = await createDatabase();
    expect(warnings(await recordWith(database, SALT))).toEqual([]);
    expect(warnings(await recordWith(database, SALT))).toEqual([]);
    expect(warnings(await recordWith(database, OTHER_SALT))).toHaveLength(1);
    expect(container.telemetry.status().saltChanged).toBe(true);

    {
      await using bot = await startBot({ database, env: { TELEMETRY_HASH_SALT: OTHER_SALT } });
      await until(() => container.telemetry.status().saltChanged);
      const status = await bot.discord.slash({ command: 'telemetry', subcommand: 'status', user: bot.discord.owner });
      expect(status?.content).toMatch(/purge --all/);
      await container.telemetry.purge({ all: true });
    }
    expect(warnings(await recordWith(database, OTHER_SALT))).toEqual([]);
  });

  test('a running bot learns within a minute that another process has purged everything, and notes its salt anew', async () => {
    const database = await createDatabase();
    await recordWith(database, SALT);
    fakeMinutes();
    await using bot = await startBot({ database, env: { TELEMETRY_HASH_SALT: OTHER_SALT } });
    await until(() => container.telemetry.status().saltChanged);
    expect(warnings(bot.log)).toHaveLength(1);
    trackIn(GUILD);
    await settled();

    await (await openTestStore(database)).purge();
    jest.advanceTimersByTime(MINUTE_MS);
    await until(() => !container.telemetry.status().saltChanged);
    expect(await database.sql('select fingerprint from telemetry_salts')).toEqual([{ fingerprint: saltFingerprint(OTHER_SALT) }]);
  });

  test('the salt stands nowhere in the tables, and its fingerprint is not its plain hash', async () => {
    const database = await createDatabase();
    await recordWith(database, SALT);
    const rows = await database.sql('select fingerprint from telemetry_salts');
    expect(rows).toEqual([{ fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) }]);
    expect(rows).not.toEqual([{ fingerprint: guildHasher(SALT)('') }]);
    for (const table of ['events', 'salts'])
      expect(JSON.stringify(await database.sql(`select * from telemetry_${table}`))).not.toContain(SALT);
  });
});
