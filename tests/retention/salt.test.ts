import { createHmac } from 'node:crypto';
import { afterEach, expect, jest, test } from '@jest/globals';
import { container } from '@sapphire/framework';
import { GuildHasher } from '../../src/events/guildHash.ts';
import { SALT, settled, startBot, until } from '../support/bot.ts';
import { onBothDatabases, type TestDatabase } from '../support/databases.ts';
import { fakeMinutes, ROLL } from '../support/handClock.ts';
import { runCli } from '../support/runCli.ts';
import { openTestStore } from '../support/seedEvents.ts';
import { complaints } from '../support/traffic.ts';
import { GUILD, OTHER_GUILD, trackIn } from './twoGuilds.ts';

const OTHER_SALT = '4c0d3d1f05f026338eb32f6652a17c74e960c5de1897f5ef';
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

  test('a running bot learns within a minute that another process has purged everything, and stores its salt with the next hash', async () => {
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
    container.telemetry.track(ROLL, () => undefined);
    await settled();
    expect(await database.sql('select fingerprint from telemetry_salts')).toEqual([]);
    trackIn(GUILD);
    await settled();
    const { fingerprint } = await GuildHasher.from(OTHER_SALT);
    expect(await database.sql('select fingerprint from telemetry_salts')).toEqual([{ fingerprint }]);
  });

  test('a salt that was rotated beside a running bot is noticed, even if that bot ends right after it wrote one more hash of the old', async () => {
    const database = await createDatabase();
    {
      await using bot = await startBot({ database });
      trackIn(GUILD);
      await settled();
      await (await openTestStore(database)).purge();
      trackIn(GUILD);
      await bot.stop();
    }
    const { stdout } = await runCli(['status'], { env: { ...database.env, TELEMETRY_HASH_SALT: OTHER_SALT } });
    expect(stdout).toContain('TELEMETRY_HASH_SALT was changed');
    expect(warnings(await recordWith(database, OTHER_SALT))).toHaveLength(1);
  });

  test('a run that begins before the key is made is recorded without its guild, and one after the login with it', async () => {
    const database = await createDatabase();
    await using bot = await startBot({ database, beforeLogin: () => trackIn(GUILD) });
    trackIn(GUILD);
    await settled();
    const ofGuild = (await GuildHasher.from(SALT)).hash(GUILD);
    expect(complaints(bot)).toEqual([]);
    const rows = await database.sql('select guild_hash as hash, count(*) as count from telemetry_events group by guild_hash');
    expect(new Map(rows.map(({ hash, count }) => [hash, Number(count)]))).toEqual(
      new Map([
        [null, 2],
        [ofGuild, 2]
      ])
    );
  });

  test('the salt stands nowhere in the tables, and its fingerprint is not its plain hash', async () => {
    const database = await createDatabase();
    await recordWith(database, SALT);
    const rows = await database.sql('select fingerprint from telemetry_salts');
    expect(rows).toEqual([{ fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) }]);
    for (const text of ['', 'sapphire-plugin-telemetry salt'])
      expect(rows).not.toEqual([{ fingerprint: createHmac('sha256', SALT).update(text).digest('hex') }]);
    for (const table of ['events', 'salts'])
      expect(JSON.stringify(await database.sql(`select * from telemetry_${table}`))).not.toContain(SALT);
  });
});
