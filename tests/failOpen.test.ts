import { describe, expect, test } from '@jest/globals';
import { Command, container } from '@sapphire/framework';
import type { ChatInputCommandInteraction } from 'discord.js';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readSettings } from '../config/settings.ts';
import { openStore } from '../src/storage/openStore.ts';
import { createTelemetry } from '../src/telemetry/createTelemetry.ts';
import { ThrottledLogger } from '../src/logging/throttledLogger.ts';
import { ENABLED, SALT, settled, startBot, until, type TestBot } from './support/bot.ts';
import { countEvents, onBothDatabases, postgresqlDatabase, sqliteDatabase, storedEvents, temporaryFolder } from './support/databases.ts';

const SECRET = 'a-password-of-the-operator';
/** Long enough for several attempts to open the database. */
const SEVERAL_ATTEMPTS_MS = 1_500;
const RECOVERY_MS = 25_000;

class Ping extends Command {
  override async chatInputRun(interaction: ChatInputCommandInteraction): Promise<void> {
    await interaction.reply('pong');
  }
}

class Broken extends Command {
  override async chatInputRun(interaction: ChatInputCommandInteraction): Promise<void> {
    await interaction.reply('pong');
    throw new RangeError('it broke');
  }
}

const start = (env: Readonly<Record<string, string>>, client = {}): Promise<TestBot> =>
  startBot({ commands: { ping: Ping, broken: Broken }, env, client });

/** Our warnings and errors: what an operator is told of a fault. */
const complaints = ({ log }: TestBot): string[] => log.filter((line) => /^(Warn|Error|Fatal) Telemetry/.test(line));

const statusOf = async ({ discord }: TestBot): Promise<string> =>
  (await discord.slash({ command: 'telemetry', subcommand: 'status', user: discord.owner }))?.content ?? '';

/** The bot does its work, the operator is told what is wrong once, and no secret is told. */
async function expectWorkingBot(bot: TestBot, problem: RegExp): Promise<void> {
  expect((await bot.discord.slash({ command: 'ping' }))?.content).toBe('pong');
  await until(() => complaints(bot).length > 0);
  const status = await statusOf(bot);
  expect(status).toMatch(problem);
  expect(complaints(bot)).toEqual([expect.stringMatching(problem)]);
  for (const secret of [SALT, SECRET]) expect([...bot.log, status].join('\n')).not.toContain(secret);
}

describe('a bot with wrong settings runs with telemetry off, and the operator reads what to do', () => {
  test.each<[string, Record<string, string>]>([
    ['TELEMETRY_ENABLED', { TELEMETRY_ENABLED: 'perhaps' }],
    ['TELEMETRY_HASH_SALT', { TELEMETRY_HASH_SALT: '' }],
    ['TELEMETRY_HASH_SALT', { TELEMETRY_HASH_SALT: SECRET }],
    ['TELEMETRY_HASH_SALT', { TELEMETRY_HASH_SALT: 'a'.repeat(64) }],
    ['TELEMETRY_SAMPLE_RATE', { TELEMETRY_SAMPLE_RATE: '1.5' }],
    ['TELEMETRY_RETENTION_DAYS', { TELEMETRY_RETENTION_DAYS: '0' }],
    ['TELEMETRY_QUEUE_SIZE', { TELEMETRY_QUEUE_SIZE: '-1' }],
    ['TELEMETRY_DATABASE_URL', { TELEMETRY_DATABASE_URL: `mysql://bot:${SECRET}@127.0.0.1/bot` }],
    ['TELEMETRY_FLUSH_INTERVAL_MS', { TELEMETRY_FLUSH_INTERVAL_MS: 'soon' }],
    ['TELEMETRY_PURGE_CRON', { TELEMETRY_PURGE_CRON: 'at night' }],
    ['TELEMETRY_OWNER_IDS', { TELEMETRY_OWNER_IDS: 'me' }]
  ])('%s: %j', async (variable, env) => {
    const bot = await start({ ...ENABLED, TELEMETRY_DATA_DIR: await temporaryFolder(), ...env });
    await expectWorkingBot(bot, new RegExp(`${variable} is (not valid|required)`));
    expect(complaints(bot)[0]).toContain('Telemetry disabled');
    expect(container.telemetry.enabled).toBe(false);
    await bot.stop();
  });

  test('all of them at once, each named', async () => {
    const wrong = ['TELEMETRY_SAMPLE_RATE', 'TELEMETRY_RETENTION_DAYS', 'TELEMETRY_QUEUE_SIZE', 'TELEMETRY_DATABASE_URL'];
    const bot = await start({ ...ENABLED, ...Object.fromEntries(wrong.map((name) => [name, SECRET])) });
    await expectWorkingBot(bot, /Telemetry (disabled|is off)/);
    for (const name of wrong) expect(complaints(bot)[0]).toContain(name);
    await bot.stop();
  });

  test.each([
    [{ errorTypes: { 'a.b': true } }, /errorTypes/],
    [{ errorTypes: 'race_full' }, /errorTypes must be an object from names/],
    [{ excludeGuilds: 811111111111111111n }, /excludeGuilds/],
    [null, /telemetry/]
  ])('the client option telemetry: %j', async (telemetry: unknown, problem) => {
    const bot = await start({ ...ENABLED, TELEMETRY_DATA_DIR: await temporaryFolder() }, { telemetry });
    await expectWorkingBot(bot, problem);
    expect(complaints(bot)[0]).toContain('Telemetry disabled');
    await bot.stop();
  });
});

describe('a bot whose database can not be opened goes on, and the operator reads why, once', () => {
  const cases: Record<string, [() => Promise<Record<string, string>>, RegExp]> = {
    'PostgreSQL is not there': [
      async () => ({ TELEMETRY_DATABASE_URL: `postgresql://bot:${SECRET}@127.0.0.1:1/bot` }),
      /PostgreSQL ECONNREFUSED \(nothing listens there.*TELEMETRY_DATABASE_URL/
    ],
    'the password is wrong': [
      async () => {
        const { env } = await postgresqlDatabase();
        const url = new URL(env['TELEMETRY_DATABASE_URL'] ?? '');
        url.password = SECRET;
        return { TELEMETRY_DATABASE_URL: url.href };
      },
      /PostgreSQL 28P01 \(wrong password/
    ],
    'the database does not exist': [
      async () => {
        const { env } = await postgresqlDatabase();
        const url = new URL(env['TELEMETRY_DATABASE_URL'] ?? '');
        url.pathname += '_nowhere';
        return { TELEMETRY_DATABASE_URL: url.href };
      },
      /PostgreSQL 3D000 \(no such database/
    ],
    'the folder can not be made': [
      async () => {
        const file = join(await temporaryFolder(), 'file');
        await writeFile(file, '');
        return { TELEMETRY_DATA_DIR: join(file, 'data') };
      },
      /SQLite ENOTDIR \(see that the bot may write to the folder TELEMETRY_DATA_DIR/
    ],
    'the file is a folder': [
      async () => {
        const folder = await temporaryFolder();
        await mkdir(join(folder, 'telemetry.db'));
        return { TELEMETRY_DATA_DIR: folder };
      },
      /SQLite 14 .*TELEMETRY_DATA_DIR/
    ],
    'the file is no database': [
      async () => {
        const folder = await temporaryFolder();
        await writeFile(join(folder, 'telemetry.db'), 'dear diary, '.repeat(1000));
        return { TELEMETRY_DATA_DIR: folder };
      },
      /SQLite 26 .*the file is no database: move it away/
    ]
  };

  test.each(Object.keys(cases))('%s', async (name) => {
    const [make, problem] = cases[name] ?? [];
    const bot = await start({ ...ENABLED, ...(await make?.()) });
    await expectWorkingBot(bot, problem ?? /never/);
    await new Promise((resolve) => setTimeout(resolve, SEVERAL_ATTEMPTS_MS));
    await expectWorkingBot(bot, problem ?? /never/);
    expect(container.telemetry.status()).toMatchObject({ state: 'opening', queueLength: 4, counters: { made: 4, written: 0 } });
    const report = await bot.discord.slash({ command: 'telemetry', subcommand: 'report', user: bot.discord.owner });
    expect(report?.content).toMatch(problem ?? /never/);
    await bot.stop();
  });
});

onBothDatabases((createDatabase) => {
  test('tables that a newer version made are left alone', async () => {
    const { env, sql } = await createDatabase();
    const store = await openStore(readSettings(env), { migrate: true, busyTimeoutMs: 1_000 });
    await store.close();
    await sql("insert into telemetry_migrations (name) values ('Migration20991231_Newer')");
    const bot = await start({ ...ENABLED, ...env });
    await expectWorkingBot(bot, /newer version of sapphire-plugin-telemetry: update this one/);
    await bot.stop();
    expect(await sql('select * from telemetry_events')).toEqual([]);
  });

  test('with TELEMETRY_AUTO_MIGRATE=false the bot waits for the operator to migrate, then writes all that waited', async () => {
    const database = await createDatabase();
    const bot = await start({ ...ENABLED, ...database.env, TELEMETRY_AUTO_MIGRATE: 'false' });
    await expectWorkingBot(bot, /tables of telemetry are missing or old: run sapphire-telemetry migrate|there is no file/);
    for (let call = 0; call < 9; call += 1) await bot.discord.slash({ command: 'ping' });
    expect(await statusOf(bot)).toContain('Queue: 20 of 1,000 events');

    const store = await openStore(readSettings(database.env), { migrate: true, busyTimeoutMs: 1_000 });
    await store.close();
    await until(() => container.telemetry.status().state === 'open', RECOVERY_MS);
    await settled();
    expect(await countEvents(database)).toEqual({ 'discord.ping.ping.invoke': 10, 'discord.ping.ping.success': 10 });
    expect(await statusOf(bot)).toMatch(/^Telemetry is on$/m);
    expect(complaints(bot)).toHaveLength(1);
    await bot.stop();
  }, 60_000);

  test('a classifyError of the bot that throws costs the error its type and nothing else, and the operator reads of it', async () => {
    const database = await createDatabase();
    const classifyError = (): never => {
      throw new Error(SECRET);
    };
    const bot = await start({ ...ENABLED, ...database.env }, { telemetry: { classifyError } });
    for (let call = 0; call < 3; call += 1) expect((await bot.discord.slash({ command: 'broken' }))?.content).toBe('pong');
    await settled();
    expect(await countEvents(database)).toEqual({ 'discord.broken.broken.invoke': 3, 'discord.broken.broken.failure': 3 });
    expect((await storedEvents(database)).at(0)).toMatchObject({ action: 'failure', error_type: 'unexpected_error' });
    expect(complaints(bot)).toEqual([expect.stringContaining('classifyError')]);
    expect(bot.log.join('\n')).not.toContain(SECRET);
    await bot.stop();
  });
});

test('a database that is away does not keep the bot from going down', async () => {
  const { env } = await sqliteDatabase();
  const bot = await start({ ...ENABLED, ...env, TELEMETRY_DATABASE_URL: `postgresql://bot:${SECRET}@127.0.0.1:1/bot` });
  await bot.discord.slash({ command: 'ping' });
  await bot.stop();
  expect(bot.client.isReady()).toBe(false);
  expect(complaints(bot)).toContainEqual(expect.stringMatching(/closes with 2 events unwritten/));
});

function throwing(): never {
  throw new Error('the logger is broken');
}

test('a logger of the bot that throws costs its line and nothing else', async () => {
  const { env } = await sqliteDatabase();
  const log = new ThrottledLogger(() => ({ info: throwing, warn: throwing, error: throwing }));
  const settings = { ...ENABLED, TELEMETRY_DATABASE_URL: 'postgresql://bot@127.0.0.1:1/bot', TELEMETRY_QUEUE_SIZE: '1' };
  const { service: telemetry } = createTelemetry(settings, undefined, log);
  telemetry.start();
  for (let run = 0; run < 3; run += 1)
    expect(telemetry.track({ surface: 'discord', feature: 'seeds', operation: 'roll' }, () => run)).toBe(run);
  await until(() => telemetry.status().problem !== null);
  expect(telemetry.status().counters.dropped).toBeGreaterThan(0);
  await telemetry.close();
  const { service: other } = createTelemetry({ ...ENABLED, ...env }, undefined, log);
  other.start();
  await until(() => other.status().state === 'open');
  await other.close();
});
