import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { postgresqlDatabase, sqliteDatabase, temporaryFolder } from '../support/databases.ts';
import { DONE, FAILED, runAll, runCli } from '../support/runCli.ts';

const PASSWORD = 'hunter2-c0rrect-h0rse';

test('without any setting the file is .telemetry/telemetry.db in the folder where it is run', async () => {
  const cwd = await temporaryFolder();
  expect(await runCli(['migrate'], { cwd })).toMatchObject({ exitCode: DONE, stdout: expect.stringContaining('.telemetry/telemetry.db') });
  expect(await runCli(['report'], { cwd })).toMatchObject({ exitCode: DONE, stderr: '' });
});

test.each(['', '\uFEFF'])('--dotenv gives the variables that the environment does not, also with a byte order mark (%j)', async (mark) => {
  const { env, file } = await sqliteDatabase();
  const folder = await temporaryFolder();
  const dotenv = join(folder, 'bot.env');
  const lines = Object.entries({ ...env, TELEMETRY_RETENTION_DAYS: '3', TELEMETRY_SAMPLE_RATE: '0.5', OTHER: 'x' });
  await writeFile(dotenv, mark + lines.map(([name, value]) => `${name}="${value}"\n`).join(''));
  expect(await runCli(['--dotenv', dotenv, 'migrate'])).toMatchObject({ exitCode: DONE });
  const { stdout } = await runCli(['--dotenv', 'bot.env', 'status'], { cwd: folder, env: { TELEMETRY_SAMPLE_RATE: '0.25' } });
  expect(stdout).toContain(`Database: SQLite in ${file}\n`);
  expect(stdout).toContain('Retention: 3 days\n');
  expect(stdout).toContain('Sampling: 0.25\n');
});

describe('a database that is not there', () => {
  test('ends with 1 and says which file was looked for, without making it', async () => {
    const folder = await temporaryFolder();
    const results = await runAll([['report'], ['purge', '--all', '--yes']], { TELEMETRY_DATA_DIR: folder });
    for (const { exitCode, stdout, stderr } of results) {
      expect({ exitCode, stdout }).toEqual({ exitCode: FAILED, stdout: '' });
      expect(stderr).toContain(join(folder, 'telemetry.db'));
      expect(stderr).toContain('TELEMETRY_DATA_DIR');
    }
    expect((await runCli(['status'], { env: { TELEMETRY_DATA_DIR: folder } })).exitCode).toBe(FAILED);
  });

  test('is not made where it cannot be, and the sentence says what to look at', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), '');
    await writeFile(join(folder, 'telemetry.db'), 'this is a text and no database, however long it may be'.repeat(100));
    const inFile = await runCli(['migrate'], { env: { TELEMETRY_DATA_DIR: join(folder, 'file', 'deeper') } });
    expect(inFile).toMatchObject({ exitCode: FAILED, stdout: '', stderr: expect.stringContaining('TELEMETRY_DATA_DIR') });
    for (const command of ['migrate', 'report']) {
      const noDatabase = await runCli([command], { env: { TELEMETRY_DATA_DIR: folder } });
      expect(noDatabase).toMatchObject({ exitCode: FAILED, stdout: '', stderr: expect.stringContaining('the file is no database') });
    }
  });

  test('ends with 1 and a remedy on PostgreSQL, and no output ever holds the password', async () => {
    const { env, sql } = await postgresqlDatabase();
    const right = new URL(env['TELEMETRY_DATABASE_URL'] ?? '');
    const missing = `${right.pathname.slice(1)}_missing`;
    const withChange = (change: Partial<Pick<URL, 'password' | 'pathname' | 'port' | 'username'>>): string =>
      Object.assign(new URL(right), { password: PASSWORD }, change).href;
    const cases = [
      { url: withChange({ port: '1' }), remedy: 'nothing listens there' },
      { url: withChange({}), remedy: 'wrong password' },
      { url: withChange({ username: 'nobody' }), remedy: 'wrong password' },
      { url: withChange({ password: right.password, pathname: missing }), remedy: 'no such database' }
    ];
    try {
      for (const { url, remedy } of cases) {
        for (const { exitCode, stdout, stderr } of await runAll([['report'], ['migrate']], { TELEMETRY_DATABASE_URL: url })) {
          expect({ exitCode, stdout, stderr }).toEqual({ exitCode: FAILED, stdout: '', stderr: expect.stringContaining(remedy) });
          expect(stderr).not.toContain(new URL(url).password);
          expect(stderr).not.toMatch(/postgres(ql)?:\/\//);
        }
      }
      expect(await sql(`select from pg_database where datname = '${missing}'`)).toHaveLength(0);
    } finally {
      await sql(`drop database if exists ${missing}`);
    }
  });

  test('is never named with its password, when all is well, either', async () => {
    const { env } = await postgresqlDatabase();
    const { password } = new URL(env['TELEMETRY_DATABASE_URL'] ?? '');
    expect(password.length).toBeGreaterThan(7);
    const results = [
      await runCli(['migrate'], { env }),
      ...(await runAll([['report'], ['report', '--json'], ['status'], ['purge'], ['privacy'], ['--help']], env))
    ];
    expect(results.map(({ exitCode }) => exitCode)).toEqual(results.map(() => DONE));
    expect(JSON.stringify(results)).not.toContain(password);
  });
});
