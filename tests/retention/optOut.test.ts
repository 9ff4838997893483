import { afterEach, expect, jest, test } from '@jest/globals';
import { container } from '@sapphire/framework';
import { GuildHasher } from '../../src/events/guildHash.ts';
import { SALT, settled, startBot, until } from '../support/bot.ts';
import { onBothDatabases, sqliteDatabase, type TestDatabase } from '../support/databases.ts';
import { expectCountersToAddUp } from '../support/counters.ts';
import { fakeMinutes, ROLL, startTelemetry, type HandledTelemetry } from '../support/handClock.ts';
import { runCli } from '../support/runCli.ts';
import { bytesOf } from '../support/sentinels.ts';
import { GUILD, OTHER_GUILD } from './twoGuilds.ts';

const NEW_SALT = '4c0d3d1f05f026338eb32f6652a17c74e960c5de1897f5ef';
const MINUTE_MS = 60_000;
const PRIVACY = { TELEMETRY_PRIVACY_COMMAND: 'privacy' };

afterEach(() => {
  jest.useRealTimers();
});

const hashOf = async (guildId: string, salt = SALT): Promise<string> => (await GuildHasher.from(salt)).hash(guildId);

async function guildsIn(database: TestDatabase): Promise<unknown[]> {
  const rows = await database.sql('select distinct guild_hash from telemetry_events order by guild_hash');
  return rows.map((row) => row['guild_hash']);
}

function use({ telemetry }: HandledTelemetry, ...guildIds: string[]): void {
  for (const guildId of guildIds) telemetry.track({ ...ROLL, guildId }, () => undefined);
}

onBothDatabases((createDatabase) => {
  test('under load from two processes nothing of a server that opts out is left, and everything of the others is there', async () => {
    fakeMinutes();
    const database = await createDatabase();
    await using one = await startTelemetry({ database, env: PRIVACY });
    await using two = await startTelemetry({ database, env: PRIVACY });
    const { promise: end, resolve } = Promise.withResolvers<void>();
    // It began before, and ends after.
    const inFlight = one.telemetry.track({ ...ROLL, guildId: GUILD }, () => end);
    let runs = 0;
    const load = async (): Promise<void> => {
      for (let round = 0; round < 40; round += 1) {
        for (const process of [one, two]) use(process, GUILD, OTHER_GUILD);
        runs += 2;
        await new Promise((done) => setTimeout(done, 2));
      }
    };
    const loaded = load();
    await one.telemetry.flush();
    const { deleted } = await one.telemetry.optOut(GUILD);
    expect(deleted).toBeGreaterThan(0);
    await loaded;
    await jest.advanceTimersByTimeAsync(MINUTE_MS);
    await until(() => two.telemetry.hasOptedOut(GUILD));
    await two.telemetry.flush();
    await until(async () => (await guildsIn(database)).length === 1);
    use(two, GUILD);
    resolve();
    await inFlight;
    for (const { telemetry } of [one, two]) {
      await telemetry.flush();
      expectCountersToAddUp(telemetry.status());
    }

    expect(await guildsIn(database)).toEqual([await hashOf(OTHER_GUILD, SALT)]);
    expect(await database.sql('select 1 from telemetry_events')).toHaveLength(2 * runs);
    expect(await database.sql('select guild_hash from telemetry_opt_outs')).toEqual([{ guild_hash: await hashOf(GUILD) }]);
    expect([...one.log, ...two.log].filter((line) => /^(?:warn|error)/i.test(line))).toEqual([]);
  });

  test('it stays opted out after a restart without the command, and under a new salt with the former one', async () => {
    const database = await createDatabase();
    {
      await using before = await startTelemetry({ database });
      use(before, GUILD);
      await before.telemetry.optOut(GUILD);
    }
    {
      await using restarted = await startTelemetry({ database });
      use(restarted, GUILD, OTHER_GUILD);
      await restarted.telemetry.flush();
      expect(await guildsIn(database)).toEqual([await hashOf(OTHER_GUILD)]);
      await restarted.telemetry.purge({ all: true });
    }
    const env = { TELEMETRY_HASH_SALT: NEW_SALT };
    await using off = await startBot({ database, env });
    await until(() => container.telemetry.status().problem !== null);
    expect(container.telemetry.status()).toMatchObject({
      state: 'opening',
      problem: expect.stringMatching(/TELEMETRY_PREVIOUS_HASH_SALT/)
    });
    await off.stop();

    fakeMinutes();
    const both = { ...env, TELEMETRY_PREVIOUS_HASH_SALT: SALT };
    {
      await using salted = await startTelemetry({ database, env: both });
      use(salted, GUILD, OTHER_GUILD);
      await salted.telemetry.flush();
      expect(await guildsIn(database)).toEqual([await hashOf(OTHER_GUILD, NEW_SALT)]);
      await jest.advanceTimersByTimeAsync(MINUTE_MS);
      await until(
        async () => (await database.sql('select guild_hash from telemetry_opt_outs'))[0]?.['guild_hash'] !== (await hashOf(GUILD))
      );
    }
    expect(await database.sql('select guild_hash from telemetry_opt_outs')).toEqual([{ guild_hash: await hashOf(GUILD, NEW_SALT) }]);
    await using after = await startTelemetry({ database, env });
    use(after, GUILD);
    await after.telemetry.flush();
    expect(await guildsIn(database)).toEqual([await hashOf(OTHER_GUILD, NEW_SALT)]);
  });

  test('a bot with the former salt keeps every server that it is in opted out, and the end of the rotation forgets the others', async () => {
    const database = await createDatabase();
    const guilds = [{ id: GUILD, name: 'stayed' }];
    {
      await using before = await startTelemetry({ database });
      for (const guild of [GUILD, OTHER_GUILD]) await before.telemetry.optOut(guild);
    }
    const env = { ...database.env, TELEMETRY_HASH_SALT: NEW_SALT };
    const told = await runCli(['rotate-salt', '--yes'], { env: { ...database.env, TELEMETRY_HASH_SALT: SALT } });
    expect(told.stdout).toMatch(/set TELEMETRY_PREVIOUS_HASH_SALT/);
    {
      await using bot = await startBot({ database, discord: { guilds }, env: { ...env, TELEMETRY_PREVIOUS_HASH_SALT: SALT } });
      await settled();
      await until(async () => (await database.sql('select fingerprint from telemetry_opt_outs group by fingerprint')).length === 2);
      expect(bot.log.filter((line) => line.startsWith('Error'))).toEqual([]);
    }
    const finished = await runCli(['rotate-salt', '--finish'], { env });
    expect(finished).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/Forgot fewer than 5 servers/) });
    expect(await database.sql('select guild_hash from telemetry_opt_outs')).toEqual([{ guild_hash: await hashOf(GUILD, NEW_SALT) }]);
    await using after = await startTelemetry({ database, env });
    expect(after.telemetry.hasOptedOut(GUILD)).toBe(true);
  });
});

test('of a server that opted out its hash stands once in the files of SQLite, where the opt-outs are, and nowhere once it opts in again', async () => {
  const database = await sqliteDatabase();
  await using made = await startTelemetry({ database });
  const guilds = Array.from({ length: 40 }, (_, index) => String(811_111_111_111_111_111n + BigInt(index)));
  for (let round = 0; round < 5; round += 1) use(made, ...guilds);
  await made.telemetry.flush();
  await made.telemetry.optOut(GUILD);
  const hash = await hashOf(GUILD);
  const times = async (): Promise<number> => (await bytesOf(database)).split(hash).length - 1;
  expect(await times()).toBe(1);
  await made.telemetry.optIn(GUILD);
  expect(await times()).toBe(0);
  // As many as take several pages.
  const others = Array.from({ length: 80 }, (_, index) => String(822_222_222_222_222_222n + BigInt(index)));
  for (const guild of others) await made.telemetry.optOut(guild);
  for (const guild of others.slice(0, 40)) await made.telemetry.optIn(guild);
  const bytes = await bytesOf(database);
  const hashes = await Promise.all(others.map((guild) => hashOf(guild)));
  const standing = hashes.filter((one) => [0, 16, 32, 48].some((from) => bytes.includes(one.slice(from, from + 16))));
  expect(standing).toEqual(hashes.slice(40));
  await made.telemetry.close();
  // The clock of the test stands on a day of long ago: nothing else is found.
  expect((await runCli(['verify'], { env: database.env })).stderr).not.toMatch(/opt_outs|order|rowid/);
});
