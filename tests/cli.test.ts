import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { addDays } from '../src/events/day.ts';
import type { TelemetryEvent } from '../src/schema/eventFields.ts';
import { renderCsv } from '../src/render/csv.ts';
import { renderJson } from '../src/render/json.ts';
import { privacyPolicy } from '../src/schema/privacyPolicy.ts';
import { readReport } from '../src/reports/readReport.ts';
import { renderText } from '../src/render/text.ts';
import { onBothDatabases, postgresqlDatabase, sqliteDatabase, temporaryFolder, type TestDatabase } from './support/databases.ts';
import { runCli, tooOldNodes, type CliResult } from './support/seedCli.ts';
import { seededRandom } from './support/randomEvents.ts';
import { anEvent, openTestStore, writeEvents } from './support/seedEvents.ts';

const DONE = 0;
const FAILED = 1;
const WRONG_USAGE = 2;
const PASSWORD = 'hunter2-c0rrect-h0rse';

const today = (): string => new Date().toISOString().slice(0, 10);

/** Two events of today, one of yesterday on racetime, and three that a retention of thirty days does not keep. */
function someEvents(): TelemetryEvent[] {
  const random = seededRandom(12);
  const racetime = { surface: 'racetime', feature: 'rooms', eventName: 'racetime.rooms.open.success' } as const;
  return [
    anEvent(random, { dayBucket: today() }),
    anEvent(random, { dayBucket: today(), eventName: 'discord.generator.preset.invoke', action: 'invoke', durationMs: null }),
    anEvent(random, { dayBucket: addDays(today(), -1), ...racetime }),
    ...[30, 31, 400].map((days) => anEvent(random, { dayBucket: addDays(today(), -days) }))
  ];
}

async function countIn(database: TestDatabase): Promise<number> {
  const [row] = await database.sql('select count(*) as count from telemetry_events');
  return Number(row?.['count']);
}

function runAll(commands: readonly (readonly string[])[], env: Readonly<Record<string, string>> = {}): Promise<CliResult[]> {
  return Promise.all(commands.map((args) => runCli(args, { env })));
}

onBothDatabases((createDatabase) => {
  test('report tells what the bot itself reports, of any days and any surface, as text, JSON or CSV, without a salt', async () => {
    const database = await createDatabase();
    const store = await openTestStore(database);
    await writeEvents(store, someEvents());
    const results = await runAll(
      [
        ['report'],
        ['report', '1', '--json'],
        ['report', '--csv', '40'],
        ['report', '9', '--surface', 'racetime', '--json'],
        ['report', '--surface', 'api']
      ],
      database.env
    );
    const reportOf = (options: Parameters<typeof readReport>[2]): ReturnType<typeof readReport> => readReport(store, today(), options);
    expect(results).toEqual(
      [
        renderText(await reportOf({ days: 7 })),
        renderJson(await reportOf({ days: 1 })),
        renderCsv(await reportOf({ days: 40 })),
        renderJson(await reportOf({ days: 9, surface: 'racetime' })),
        renderText(await reportOf({ days: 7, surface: 'api' }))
      ].map((stdout) => ({ exitCode: DONE, stdout, stderr: '' }))
    );
    expect(JSON.parse(results[3]?.stdout ?? '')).toMatchObject({ events: 1, surface: 'racetime' });
  });

  test('purge deletes what the retention does not keep, and its dry run says so without deleting', async () => {
    const database = await createDatabase();
    const store = await openTestStore(database);
    await writeEvents(store, someEvents());

    const dry = await runCli(['purge', '--dry-run'], database);
    expect(dry).toMatchObject({ exitCode: DONE, stderr: '' });
    expect(dry.stdout).toContain(`Would delete the events of ${addDays(today(), -30)} and before: 3\n`);
    expect(await countIn(database)).toBe(6);

    const purged = await runCli(['purge'], { env: { ...database.env, TELEMETRY_RETENTION_DAYS: '31' } });
    expect(purged).toMatchObject({ exitCode: DONE, stderr: '' });
    expect(purged.stdout).toBe(
      [
        `Before: 6 events, ${addDays(today(), -400)} to ${today()}`,
        `Deleted the events of ${addDays(today(), -31)} and before: 2`,
        `After: 4 events, ${addDays(today(), -30)} to ${today()}\n`
      ].join('\n')
    );
    expect(await countIn(database)).toBe(4);
  });

  test('purge --all deletes everything with --yes, and nothing where no one can be asked', async () => {
    const database = await createDatabase();
    await writeEvents(await openTestStore(database), someEvents());

    const [refused, dry] = await runAll(
      [
        ['purge', '--all'],
        ['purge', '--all', '--dry-run']
      ],
      database.env
    );
    expect(refused).toMatchObject({ exitCode: WRONG_USAGE, stdout: '', stderr: expect.stringContaining('--yes') });
    expect(dry).toMatchObject({ exitCode: DONE, stdout: expect.stringContaining('Would delete all events: 6') });
    expect(await countIn(database)).toBe(6);

    const done = await runCli(['purge', '--all', '--yes'], database);
    expect(done).toMatchObject({
      exitCode: DONE,
      stderr: '',
      stdout: expect.stringContaining('Deleted all events: 6\nAfter: no events\n')
    });
    expect(await countIn(database)).toBe(0);
  });

  test('migrate makes the tables, also several times at once, and report needs them', async () => {
    const { env } = await createDatabase();
    const before = await runCli(['report'], { env });
    expect(before).toMatchObject({ exitCode: FAILED, stdout: '' });

    expect(await runCli(['migrate'], { env })).toMatchObject({ exitCode: DONE, stderr: '' });
    const results = await runAll([['migrate'], ['report'], ['migrate'], ['status']], env);
    expect(results.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(results.map(() => [DONE, '']));
    expect(results[1]?.stdout).toContain('Nothing was recorded in these days.');
    expect(results[3]?.stdout).toContain('Stored: no events\n');
  });

  test('several processes that migrate the same empty database at once all succeed', async () => {
    for (let round = 0; round < 2; round += 1) {
      const { env } = await createDatabase();
      const results = await runAll(
        Array.from({ length: 4 }, () => ['migrate']),
        env
      );
      expect(results.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(results.map(() => [DONE, '']));
    }
  });

  test('status says what is stored and where, whether telemetry is on, and what it cannot know', async () => {
    const database = await createDatabase();
    const store = await openTestStore(database);
    await writeEvents(store, someEvents());
    await store.writeLosses([
      { dayBucket: '2026-01-01', id: 'c0a8012e-7d1f-4c55-9b7e-0f7d0a3b9f42', reason: 'queue_full', count: 1234 },
      { dayBucket: today(), id: 'c0a8012e-7d1f-4c55-9b7e-0f7d0a3b9f43', reason: 'refused', count: 1 }
    ]);
    const { exitCode, stdout, stderr } = await runCli(['status'], { env: { ...database.env, TELEMETRY_RETENTION_DAYS: '1' } });
    expect({ exitCode, stderr }).toEqual({ exitCode: DONE, stderr: '' });
    expect(stdout.trim().split('\n')).toEqual([
      expect.stringMatching(/^Telemetry is off in these settings/),
      `Database: ${store.description}`,
      `Stored: 6 events, ${addDays(today(), -400)} to ${today()}`,
      'Known to be lost: 1,235',
      'Sampling: 1',
      'Retention: 1 day',
      expect.stringContaining('/telemetry status')
    ]);
  });

  test('everything works while another process writes, and nothing of what that wrote is lost', async () => {
    const database = await createDatabase();
    const store = await openTestStore(database);
    await writeEvents(store, someEvents());
    const random = seededRandom(13);
    let written = 3;
    const over = new AbortController();
    const write = async (): Promise<void> => {
      while (!over.signal.aborted && written < 50_000) {
        await writeEvents(store, [anEvent(random, { dayBucket: today() }), anEvent(random, { dayBucket: today() })]);
        written += 2;
        await setImmediate();
      }
    };
    const run = async (): Promise<CliResult[]> => {
      try {
        return await runAll([['report', '--json'], ['purge'], ['status'], ['purge'], ['migrate']], database.env);
      } finally {
        over.abort();
      }
    };
    const [results] = await Promise.all([run(), write()]);
    expect(results.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(results.map(() => [DONE, '']));
    expect(await countIn(database)).toBe(written);
    expect(written).toBeGreaterThan(3);
  });
});

test('privacy prints the policy without any database', async () => {
  expect(await runCli(['privacy'])).toEqual({ exitCode: DONE, stdout: privacyPolicy(), stderr: '' });
});

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
        for (const { exitCode, stdout, stderr } of await runAll([['report'], ['migrate']], {
          TELEMETRY_DATABASE_URL: url
        })) {
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

describe('the URL of a PostgreSQL database', () => {
  test('may name a schema, which then holds every table', async () => {
    const { env, sql } = await postgresqlDatabase();
    const withSchema = { TELEMETRY_DATABASE_URL: `${env['TELEMETRY_DATABASE_URL']}?schema=bot` };
    const results = [await runCli(['migrate'], { env: withSchema }), await runCli(['report'], { env: withSchema })];
    expect(results.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(results.map(() => [DONE, '']));
    const rows = await sql("select schemaname from pg_tables where tablename like 'telemetry%'");
    expect(rows.map(({ schemaname }) => schemaname)).toEqual(rows.map(() => 'bot'));
    expect(rows.length).toBeGreaterThan(5);
  });

  test('may prefer TLS, and says so in words when it requires what the server does not have', async () => {
    const { env } = await postgresqlDatabase();
    const withMode = (mode: string): Promise<CliResult> =>
      runCli(['migrate'], { env: { TELEMETRY_DATABASE_URL: `${env['TELEMETRY_DATABASE_URL']}?sslmode=${mode}` } });
    expect(await withMode('disable')).toMatchObject({ exitCode: DONE, stderr: '' });
    expect(await withMode('require')).toMatchObject({ exitCode: FAILED, stderr: expect.stringMatching(/ssl|tls/i) });
    expect(await withMode('prefer')).toMatchObject({ exitCode: DONE, stderr: '' });
  });
});

test('--dotenv gives the variables that the environment does not', async () => {
  const { env } = await sqliteDatabase();
  const folder = await temporaryFolder();
  const file = join(folder, 'bot.env');
  const lines = Object.entries({ ...env, TELEMETRY_RETENTION_DAYS: '3', TELEMETRY_SAMPLE_RATE: '0.5', OTHER: 'x' });
  await writeFile(file, lines.map(([name, value]) => `${name}="${value}"\n`).join(''));
  expect(await runCli(['--dotenv', file, 'migrate'])).toMatchObject({ exitCode: DONE });
  const { stdout } = await runCli(['--dotenv', 'bot.env', 'status'], { cwd: folder, env: { TELEMETRY_SAMPLE_RATE: '0.25' } });
  expect(stdout).toContain(`Database: SQLite in ${join(env['TELEMETRY_DATA_DIR'] ?? '', 'telemetry.db')}\n`);
  expect(stdout).toContain('Retention: 3 days\n');
  expect(stdout).toContain('Sampling: 0.25\n');
});

test('without any setting the file is .telemetry/telemetry.db in the folder where it is run', async () => {
  const cwd = await temporaryFolder();
  expect(await runCli(['migrate'], { cwd })).toMatchObject({ exitCode: DONE, stdout: expect.stringContaining('.telemetry/telemetry.db') });
  expect(await runCli(['report'], { cwd })).toMatchObject({ exitCode: DONE, stderr: '' });
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
