import { expect, test } from '@jest/globals';
import { Command } from '@sapphire/framework';
import type { ChatInputCommandInteraction } from 'discord.js';
import { readSettings } from '../config/settings.ts';
import { systemClock } from '../src/events/clock.ts';
import { tables } from '../src/schema/dictionary.ts';
import { openStore } from '../src/storage/openStore.ts';
import type { Audit } from '../src/store/store.ts';
import { ENABLED, settled, startBot, until } from './support/bot.ts';
import { onBothDatabases, type TestDatabase } from './support/databases.ts';
import { randomEvents, seededRandom } from './support/randomEvents.ts';
import { runCli } from './support/seedCli.ts';

const RETENTION_DAYS = 30;
const today = systemClock().today();

const GUILD = { id: '811111111111111111', name: 'Home' };

class Ping extends Command {
  override async chatInputRun(interaction: ChatInputCommandInteraction): Promise<void> {
    await interaction.reply('pong');
  }
}

/** The database after a bot has used it: a run in a guild, and the salt's fingerprint. */
async function botDatabase(database: TestDatabase): Promise<TestDatabase> {
  const bot = await startBot({ env: { ...ENABLED, ...database.env }, commands: { ping: Ping }, discord: { guilds: [GUILD] } });
  await bot.discord.slash({ command: 'ping' });
  await settled();
  await until(async () => (await database.sql('select * from telemetry_salts')).length === 1);
  await bot.stop();
  return database;
}

/** What an audit of the database finds after `plant` was run on it. */
async function auditAfter(database: TestDatabase, ...plant: readonly string[]): Promise<Audit> {
  const store = await openStore(readSettings(database.env), { migrate: true, busyTimeoutMs: 5000 });
  try {
    await store.write(randomEvents(seededRandom(1), [today], 50));
    for (const statement of plant) await database.sql(statement);
    return await store.audit(RETENTION_DAYS);
  } finally {
    await store.close();
  }
}

onBothDatabases((createDatabase) => {
  test('an audit finds nothing in a database that the plugin alone has written to, and says what it checked', async () => {
    const { checked, findings } = await auditAfter(await createDatabase());
    expect(findings).toEqual([]);
    expect(checked.map((line) => line.split(':')[0])).toEqual([
      'telemetry_events',
      'telemetry_losses',
      'telemetry_daily_counts',
      'telemetry_daily_durations',
      'telemetry_daily_guilds',
      'telemetry_salts'
    ]);
  });

  test.each([
    ['a forbidden column', 'alter table telemetry_events add column user_id text', /telemetry_events has a column .*: user_id/],
    ['a timestamp', 'alter table telemetry_losses add column created_at text', /telemetry_losses has a column .*: created_at/],
    ['an index', 'create index by_guild on telemetry_events (guild_hash)', /telemetry_events has an index .*: by_guild/],
    [
      'a raw guild id',
      "update telemetry_events set guild_hash = '811111111111111111'",
      /telemetry_events\.guild_hash holds 1 different texts/
    ],
    ['a raw id as a provider', "update telemetry_events set provider = '811111111111111111'", /telemetry_events\.provider holds 1/],
    ['a message as an error type', "update telemetry_events set error_type = 'no seed for bob'", /telemetry_events\.error_type holds 1/],
    [
      'an id that tells the time',
      `insert into telemetry_losses (day_bucket, id, reason, count) values ('${today}', '01979a3e-7d1f-7c55-9b7e-0f7d0a3b9f42', 'refused', 1)`,
      /telemetry_losses\.id holds 1/
    ],
    [
      'a day beyond the retention',
      "update telemetry_events set day_bucket = '2020-01-01'",
      /telemetry_events holds days older than the retention/
    ],
    ['a day to come', "update telemetry_events set day_bucket = '2999-01-01'", /telemetry_events holds days that have not come yet/],
    ['a table that is gone', 'drop table telemetry_daily_guilds', /telemetry_daily_guilds is missing/]
  ])('an audit names %s, and not its value', async (_what, plant, finding) => {
    const { findings } = await auditAfter(await createDatabase(), plant);
    expect(findings).toEqual([expect.stringMatching(finding)]);
    expect(findings.join()).not.toMatch(/811111111111111111|bob/);
  });

  test('an audit names a constraint that was taken away or changed', async () => {
    const database = await createDatabase();
    const plant =
      database.engine === 'PostgreSQL'
        ? ['alter table telemetry_events drop constraint telemetry_events_surface_check']
        : [
            'alter table telemetry_daily_guilds rename to old',
            `create table telemetry_daily_guilds (day_bucket text not null, surface text not null, guild_hash text not null,
              primary key (day_bucket, surface, guild_hash)) without rowid`,
            'drop table old'
          ];
    const { findings } = await auditAfter(database, ...plant);
    expect(findings.length).toBeGreaterThan(0);
    for (const finding of findings) expect(finding).toMatch(/lacks its constraint telemetry_(events|daily_guilds)_/);
  });

  test('the command line verifies what a bot has written', async () => {
    const database = await botDatabase(await createDatabase());
    const { exitCode, stdout, stderr } = await runCli(['verify'], database);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/^The database holds what the data dictionary allows, and nothing else\./);
    for (const { name } of Object.values(tables)) expect(stdout).toContain(`  ${name}: `);
  });

  test('the command line names a forbidden column, a raw guild id and a timestamp, each by its place alone, and fails', async () => {
    const database = await botDatabase(await createDatabase());
    const isServer = database.engine === 'PostgreSQL';
    // What a database that was tampered with may hold: the constraints do not stand in the way of any of it.
    const plants: readonly (readonly [plant: string, mend: string, finding: RegExp])[] = [
      [
        'alter table telemetry_events add column user_id text',
        'alter table telemetry_events drop column user_id',
        /^telemetry_events has a column that the data dictionary does not know: user_id$/
      ],
      [
        `update telemetry_events set guild_hash = '${GUILD.id}' where action = 'invoke'`,
        "update telemetry_events set guild_hash = null where action = 'invoke'",
        /^telemetry_events\.guild_hash holds 1 different texts that do not fit it$/
      ],
      isServer
        ? [
            'alter table telemetry_salts alter column day_bucket type timestamp',
            'alter table telemetry_salts alter column day_bucket type date',
            /^telemetry_salts\.day_bucket is of type timestamp without time zone instead of date$/m
          ]
        : [
            "update telemetry_salts set day_bucket = '12:30:05.1'",
            `update telemetry_salts set day_bucket = '${today}'`,
            /^telemetry_salts\.day_bucket holds 1 different texts that do not fit it$/m
          ]
    ];
    for (const [plant, mend, finding] of plants) {
      await database.sql(plant);
      const { exitCode, stdout, stderr } = await runCli(['verify'], database);
      expect({ plant, exitCode, stdout, stderr: stderr.trim() }).toEqual({
        plant,
        exitCode: 1,
        stdout: '',
        stderr: expect.stringMatching(finding)
      });
      expect(stderr).not.toMatch(/8111|12:30/);
      await database.sql(mend);
    }
  });
});
