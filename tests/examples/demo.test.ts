import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeAll, expect, test } from '@jest/globals';
import { sqliteDatabase, temporaryFolder, type TestDatabase } from '../support/databases.ts';
import { inRepository } from '../support/repository.ts';
import { DONE, runCli } from '../support/runCli.ts';
import { bytesOf } from '../support/sentinels.ts';

// Runs the package as it is built in dist/.
const DEMO = inRepository('examples/demo.ts');
const DEMO_MS = 60_000;

/** What the demo left. */
let database: TestDatabase;
let output: string;
let errors: string;
let exitCode: unknown;

beforeAll(async () => {
  const folder = await temporaryFolder();
  database = await sqliteDatabase(join(folder, '.telemetry-demo'));
  const { DISCORD_TOKEN: _, NODE_OPTIONS: __, ...env } = process.env;
  const demo = spawn(process.execPath, [DEMO], { cwd: folder, env: { ...env, DEMO_USES: '60' }, timeout: DEMO_MS - 5_000 });
  [output, errors, [exitCode]] = await Promise.all([text(demo.stdout), text(demo.stderr), once(demo, 'exit')]);
}, DEMO_MS);

test('the demo runs to its end, and finds every use in the report', () => {
  expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' });
  expect(output).toMatch(/All \d+ uses are in the report/);
});

test('the report shows features, success rates, guilds and kinds of errors', () => {
  expect(output).toMatch(/runs · \d+\.\d% succeeded · at least 5 active guilds/);
  for (const feature of ['discord generator', 'discord daily', 'racetime room', 'racetime seed', 'api auth', 'api seed', 'api daily'])
    expect(output).toMatch(new RegExp(`^ +${feature} +\\d+ +\\d+\\.\\d% +\\d+$`, 'm'));
  expect(output).toMatch(/^ +preset +\d+ +\d+\.\d% +\d+ +\d+ ms/m);
  for (const step of ['run_start', 'run_submit', 'review_complete'])
    expect(output).toMatch(new RegExp(`^ +${step} +\\d+ +\\d+\\.\\d% +\\d+ +\\d+ ms`, 'm'));
  for (const failure of [
    'invalid_preset +error',
    'provider_timeout +timeout',
    'provider_unavailable +error',
    'permission_denied +denied'
  ]) {
    expect(output).toMatch(new RegExp(`^ +${failure} +\\d+$`, 'm'));
  }
});

test('the status shows that all was written', () => {
  expect(output).toContain('Telemetry is on\n');
  expect(output).toMatch(/(\S+) made = \1 written \+ 0 queued \+ 0 dropped \+ 0 refused/);
});

test('someone else is refused, politely', () => {
  expect(output).toContain("Sorry, only this bot's owners can use this command.");
});

test('the days that it makes up are said to be, and compared in a page and a picture', async () => {
  expect(output).toMatch(/Now 45 days before today are made up, with [\d,]+ runs that never were/);
  expect(output).toMatch(/^ {2}Usage of 14 days/m);
  const folder = String(database.env['TELEMETRY_DATA_DIR']);
  expect(await readFile(join(folder, 'report.html'), 'utf8')).toContain('Compared with the 14 days before');
  expect((await readFile(join(folder, 'report.png'))).subarray(1, 4).toString()).toBe('PNG');
});

test('no id, no name and nothing that a user wrote is shown or stored', async () => {
  // What the bot logged stands there too.
  const stored = await bytesOf(database);
  expect(stored).toContain('discord.generator.preset.success');
  expect(output).not.toMatch(/\d{15,}/);
  for (const secret of ['racer-', 'Randomizer HQ', 'Winter Cup', 'nightmare']) expect(output + stored).not.toContain(secret);
});

test('the database that it leaves passes the audit', async () => {
  // It was told to keep the days that were made up.
  expect(await runCli(['verify'], { env: { ...database.env, TELEMETRY_RETENTION_DAYS: '60' } })).toEqual({
    exitCode: DONE,
    stdout: expect.stringContaining('telemetry_events: 12 columns'),
    stderr: ''
  });
});
