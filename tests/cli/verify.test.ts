import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { systemClock } from '../../src/events/clock.ts';
import { readSettings } from '../../config/settings.ts';
import { allTables, type TelemetryLoss } from '../../src/schema/dictionary.ts';
import { LossFolder } from '../../src/storage/lossFolder.ts';
import { settled, startBot, until } from '../support/bot.ts';
import { onBothDatabases, type TestDatabase } from '../support/databases.ts';
import { DONE, FAILED, runCli } from '../support/runCli.ts';
import { openTestStore } from '../support/seedEvents.ts';
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

const losses = (count: number): TelemetryLoss[] => [
  { dayBucket: today, id: `c0a8012e-7d1f-4c55-9b7e-0f7d0a3b9f4${count}`, reason: 'unwritten', count }
];

onBothDatabases((createDatabase) => {
  test('the command line verifies what a bot has written', async () => {
    const database = await afterABot(await createDatabase());
    const { exitCode, stdout, stderr } = await runCli(['verify'], database);
    expect({ exitCode, stderr }).toEqual({ exitCode: DONE, stderr: '' });
    expect(stdout).toMatch(/^The database holds what the data dictionary allows, and nothing else\./);
    for (const { name } of Object.values(allTables)) expect(stdout).toContain(`  ${name}: `);
  });

  test('the command line tells what an ended process has lost, and names a file of lost events that holds anything else', async () => {
    const database = await createDatabase();
    await openTestStore(database);
    const folder = new LossFolder(readSettings(database.env));
    folder.put(losses(3));
    const verified = await runCli(['verify'], database);
    expect(verified).toMatchObject({ exitCode: DONE, stdout: expect.stringContaining('TELEMETRY_DATA_DIR: 1 files of lost events') });
    expect((await runCli(['report'], database)).stdout).toContain('3 unwritten when a process ended');
    folder.put(losses(4));
    const status = await runCli(['status'], database);
    expect(status.stdout).toContain('Known to be lost: 7\n');

    folder.put(losses(5));
    const path = database.env['TELEMETRY_DATA_DIR'] ?? '';
    const name = (await readdir(path)).find((one) => one.startsWith('losses-')) ?? '';
    await writeFile(join(path, name), GUILD.id);
    const { exitCode, stderr } = await runCli(['verify'], database);
    expect(exitCode).toBe(FAILED);
    expect(stderr).toContain(`holds what is no count of lost events; see what it is, and delete it: ${name}`);
    expect(stderr).not.toContain(GUILD.id);
    const report = await runCli(['report', '--json'], database);
    expect(JSON.parse(report.stdout)).toMatchObject({ quality: { unwritten: 7, lossesMayBeMissing: true } });
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
