import { spawnSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { bareEnvironment } from '../support/botEnvironment.ts';
import { sqliteDatabase } from '../support/databases.ts';
import { COMMAND_LINE } from '../support/repository.ts';
import { DONE, FAILED, runAll, runCli, tooOldNodes, WRONG_USAGE } from '../support/runCli.ts';

const PASSWORD = 'hunter2-c0rrect-h0rse';

/** Runs a line of a shell, in which `cli` is the command line, and says how the command line itself ended. */
function inShell(line: string, env: Readonly<Record<string, string>> = {}): object {
  const { status, stderr } = spawnSync(
    'bash',
    ['--norc', '-c', `cli() { "${process.execPath}" "${COMMAND_LINE}" "$@"; }; ${line}; exit "\${PIPESTATUS[0]}"`],
    {
      env: { ...bareEnvironment(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8'
    }
  );
  return { line, status, stderr };
}

test('--help says what there is', async () => {
  const [help, none] = await runAll([['--help'], []]);
  expect(help).toMatchObject({ exitCode: DONE, stderr: '' });
  for (const command of ['report', 'purge', 'status', 'privacy', 'migrate']) expect(help?.stdout).toContain(`\n  ${command} `);
  expect(none).toMatchObject({ exitCode: WRONG_USAGE, stdout: '', stderr: help?.stdout });
});

describe('a mistake in what was written', () => {
  test('ends with 2, a sentence on the error output and nothing else', async () => {
    const mistakes = [
      ['report', '0'],
      ['report', '366'],
      ['report', '1.5'],
      ['report', 'week'],
      ['report', ''],
      ['report', '--surface', 'slack'],
      ['report', '--json', '--csv'],
      ['report', '--xml'],
      ['report', '--svg', '--operation', 'discord.seeds.roll'],
      ['report', '--png', '--previous'],
      ['report', '7', '8'],
      ['frobnicate'],
      ['purge', 'everything']
    ];
    for (const [index, { exitCode, stdout, stderr }] of (await runAll(mistakes)).entries()) {
      expect({ args: mistakes[index], exitCode, stdout }).toEqual({ args: mistakes[index], exitCode: WRONG_USAGE, stdout: '' });
      expect(stderr.trim()).not.toBe('');
      expect(stderr).not.toMatch(/\n\s+at /);
    }
  });

  test('such as a file of variables that there is not ends with 2 too', async () => {
    expect(await runCli(['--dotenv', 'nowhere.env', 'status'])).toMatchObject({ exitCode: WRONG_USAGE, stdout: '' });
  });

  test('such as wrong settings ends with 2, and names each of them with its remedy', async () => {
    const { exitCode, stdout, stderr } = await runCli(['status'], {
      env: { TELEMETRY_RETENTION_DAYS: 'many', TELEMETRY_SAMPLE_RATE: '7', TELEMETRY_DATABASE_URL: `mysql://u:${PASSWORD}@h/d` }
    });
    expect({ exitCode, stdout }).toEqual({ exitCode: WRONG_USAGE, stdout: '' });
    expect(stderr.trim().split('\n')).toEqual(
      ['TELEMETRY_SAMPLE_RATE', 'TELEMETRY_RETENTION_DAYS', 'TELEMETRY_DATABASE_URL'].map((name) =>
        expect.stringMatching(new RegExp(`^${name} .*: write `))
      )
    );
    expect(stderr).not.toContain(PASSWORD);
  });
});

describe('an output', () => {
  test('that nobody reads to its end ends quietly, with the code that it would have had', async () => {
    const { env } = await sqliteDatabase();
    await runCli(['migrate'], { env });
    for (const line of ['cli privacy | true', 'cli privacy | head -1 >/dev/null', 'cli --help | true', 'cli report 365 --json | true'])
      expect(inShell(line, env)).toEqual({ line, status: DONE, stderr: '' });
    const complaint = 'cli report 0 2>&1 | true';
    expect(inShell(complaint)).toEqual({ line: complaint, status: WRONG_USAGE, stderr: '' });
  });

  test('that has no room is told so in one line, and ends with 1', async () => {
    for (const line of ['cli privacy >/dev/full', 'cli --help >/dev/full'])
      expect(inShell(line)).toEqual({ line, status: FAILED, stderr: "The output can't be written: ENOSPC\n" });
  });
});

test('a Node that is too old is told so in one sentence', async () => {
  const results = await Promise.all(tooOldNodes().map((node) => runCli(['report'], { node })));
  expect(results).toEqual(
    results.map(() => ({
      exitCode: FAILED,
      stdout: '',
      stderr: expect.stringMatching(/^sapphire-telemetry needs Node 22\.\S+ or newer; this is .*\n$/)
    }))
  );
});
