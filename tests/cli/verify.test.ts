import { expect, test } from '@jest/globals';
import { systemClock } from '../../src/events/clock.ts';
import { tables } from '../../src/schema/dictionary.ts';
import { settled, startBot, until } from '../support/bot.ts';
import { onBothDatabases, type TestDatabase } from '../support/databases.ts';
import { DONE, FAILED, runCli } from '../support/runCli.ts';
import { Ping } from '../support/traffic.ts';

const GUILD = { id: '811111111111111111', name: 'Home' };
const today = systemClock().today();

/** The database after a bot has used it: a run in a guild, and the salt's fingerprint. */
async function afterABot(database: TestDatabase): Promise<TestDatabase> {
  await using bot = await startBot({ database, commands: { ping: Ping }, discord: { guilds: [GUILD] } });
  await bot.discord.slash({ command: 'ping' });
  await settled();
  await until(async () => (await database.sql('select * from telemetry_salts')).length === 1);
  return database;
}

onBothDatabases((createDatabase) => {
  test('the command line verifies what a bot has written', async () => {
    const database = await afterABot(await createDatabase());
    const { exitCode, stdout, stderr } = await runCli(['verify'], database);
    expect({ exitCode, stderr }).toEqual({ exitCode: DONE, stderr: '' });
    expect(stdout).toMatch(/^The database holds what the data dictionary allows, and nothing else\./);
    for (const { name } of Object.values(tables)) expect(stdout).toContain(`  ${name}: `);
  });

  test('the command line names a forbidden column, a raw guild id and a timestamp, each by its place alone, and fails', async () => {
    const database = await afterABot(await createDatabase());
    const isServer = database.engine === 'PostgreSQL';
    // What a database that was tampered with may hold: the constraints do not stand in the way of any of it.
    const plants: readonly (readonly [plant: string, mend: string | undefined, finding: RegExp])[] = [
      [
        `update telemetry_events set guild_hash = '${GUILD.id}' where action = 'invoke'`,
        "update telemetry_events set guild_hash = null where action = 'invoke'",
        /^telemetry_events\.guild_hash holds what does not fit it, in 1 row$/
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
            /^telemetry_salts_\d+_1 holds rows of another day than its own$/m
          ],
      [
        'alter table telemetry_events add column user_id text',
        // The last one is left.
        undefined,
        /^telemetry_events(?:_\d+_1)? has a column that the data dictionary does not know: user_id$/
      ]
    ];
    for (const [plant, mend, finding] of plants) {
      await database.sql(plant);
      const { exitCode, stdout, stderr } = await runCli(['verify'], database);
      expect({ plant, exitCode, stdout, stderr: stderr.trim() }).toEqual({
        plant,
        exitCode: FAILED,
        stdout: '',
        stderr: expect.stringMatching(finding)
      });
      expect(stderr).not.toMatch(/8111|12:30/);
      if (mend !== undefined) await database.sql(mend);
    }
  });
});
