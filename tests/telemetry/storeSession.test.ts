import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { container } from '@sapphire/framework';
import { ENABLED, settled, until } from '../support/bot.ts';
import { onBothDatabases, outcomes, postgresqlDatabase, temporaryFolder } from '../support/databases.ts';
import { openTestStore } from '../support/seedEvents.ts';
import { complaints } from '../support/traffic.ts';
import { expectWorkingBot, SECRET, startWorkingBot, statusOf } from './workingBot.ts';

/** Long enough for several attempts to open the database. */
const SEVERAL_ATTEMPTS_MS = 1_500;
const RECOVERY_MS = 25_000;
const TEST_MS = 60_000;

type Variables = Record<string, string>;

/** A folder that `spoil` makes useless for telemetry; it resolves to the folder that the bot is told. */
const folder = (spoil: (path: string) => Promise<string>) => async (): Promise<Variables> => ({
  TELEMETRY_DATA_DIR: await spoil(await temporaryFolder())
});

/** The URL of a database, after `spoil` has changed it. */
const server = (spoil: (url: URL) => void) => async (): Promise<Variables> => {
  const { env } = await postgresqlDatabase();
  const url = new URL(env['TELEMETRY_DATABASE_URL'] ?? '');
  spoil(url);
  return { TELEMETRY_DATABASE_URL: url.href };
};

describe('a bot whose database can not be opened goes on, and the operator reads why, once', () => {
  test.each<[string, () => Promise<Variables>, RegExp]>([
    [
      'PostgreSQL is not there',
      async () => ({ TELEMETRY_DATABASE_URL: `postgresql://bot:${SECRET}@127.0.0.1:1/bot` }),
      /PostgreSQL ECONNREFUSED \(nothing listens there.*TELEMETRY_DATABASE_URL/
    ],
    ['the password is wrong', server((url) => (url.password = SECRET)), /PostgreSQL 28P01 \(wrong password/],
    ['the database does not exist', server((url) => (url.pathname += '_nowhere')), /PostgreSQL 3D000 \(no such database/],
    [
      'the folder can not be made',
      folder(async (path) => {
        await writeFile(join(path, 'file'), '');
        return join(path, 'file', 'data');
      }),
      /SQLite ENOTDIR \(see that the bot may write to the folder TELEMETRY_DATA_DIR/
    ],
    [
      'the file is a folder',
      folder(async (path) => {
        await mkdir(join(path, 'telemetry.db'));
        return path;
      }),
      /SQLite 14 .*TELEMETRY_DATA_DIR/
    ],
    [
      'the file is no database',
      folder(async (path) => {
        await writeFile(join(path, 'telemetry.db'), 'dear diary, '.repeat(1000));
        return path;
      }),
      /SQLite 26 .*the file is no database: move it away/
    ]
  ])('%s', async (_, spoiled, problem) => {
    await using bot = await startWorkingBot({ env: { ...ENABLED, ...(await spoiled()) } });
    await expectWorkingBot(bot, problem);
    await wait(SEVERAL_ATTEMPTS_MS);
    await expectWorkingBot(bot, problem);
    expect(container.telemetry.status()).toMatchObject({ state: 'opening', queueLength: 4, counters: { made: 4, written: 0 } });
    const report = await bot.discord.slash({ command: 'telemetry', subcommand: 'report', user: bot.discord.owner });
    expect(report?.content).toMatch(problem);
  });

  test('a database that is away does not keep the bot from going down', async () => {
    const bot = await startWorkingBot({ env: { ...ENABLED, TELEMETRY_DATABASE_URL: `postgresql://bot:${SECRET}@127.0.0.1:1/bot` } });
    await bot.discord.slash({ command: 'ping' });
    await bot.stop();
    expect(bot.client.isReady()).toBe(false);
    expect(complaints(bot)).toContainEqual(expect.stringMatching(/closes with 2 events unwritten/));
  });
});

onBothDatabases((createDatabase) => {
  test('tables that a newer version made are left alone', async () => {
    const database = await createDatabase();
    await openTestStore(database);
    await database.sql("insert into telemetry_migrations (name) values ('Migration20991231_Newer')");
    const bot = await startWorkingBot({ database });
    await expectWorkingBot(bot, /newer version of sapphire-plugin-telemetry: update this one/);
    await bot.stop();
    expect(await database.sql('select * from telemetry_events')).toEqual([]);
  });

  test(
    'with TELEMETRY_AUTO_MIGRATE=false the bot waits for the operator to migrate, then writes all that waited',
    async () => {
      const database = await createDatabase();
      await using bot = await startWorkingBot({ database, env: { TELEMETRY_AUTO_MIGRATE: 'false' } });
      await expectWorkingBot(bot, /tables of telemetry are missing or old: run sapphire-telemetry migrate|there is no file/);
      for (let call = 0; call < 9; call += 1) await bot.discord.slash({ command: 'ping' });
      expect(await statusOf(bot)).toContain('Queue: 20 of 1,000 events');

      await (await openTestStore(database)).close();
      await until(() => container.telemetry.status().state === 'open', RECOVERY_MS);
      const [connection, words] = database.engine === 'SQLite' ? ['local', 'telemetry.db'] : ['clear', '\\(not encrypted\\)'];
      expect(container.telemetry.status().connection).toBe(connection);
      expect(await statusOf(bot)).toMatch(new RegExp(`^Database: ${database.engine} .*${words}$`, 'm'));
      await settled();
      expect(await outcomes(database)).toEqual({ 'discord.ping.ping': { runs: 10, ok: 10, failed: 0 } });
      expect(await statusOf(bot)).toMatch(/^Telemetry is on$/m);
      expect(complaints(bot)).toHaveLength(1);
    },
    TEST_MS
  );
});
