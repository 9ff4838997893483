import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { readSettings, SettingsError, settingsTable } from '../config/settings.ts';
import { SALT } from './support/bot.ts';

const run = promisify(execFile);

type Environment = Readonly<Record<string, string | undefined>>;

/** A wrong value for every variable. Each holds a word that no message may repeat. */
const WRONG = {
  TELEMETRY_ENABLED: 'maybe-hunter2',
  TELEMETRY_HASH_SALT: 'short-hunter2',
  TELEMETRY_SAMPLE_RATE: 'hunter2%',
  TELEMETRY_RETENTION_DAYS: 'hunter2 days',
  TELEMETRY_QUEUE_SIZE: '-hunter2',
  TELEMETRY_DATABASE_URL: 'mysql://bot:hunter2@db.example/bot',
  TELEMETRY_FLUSH_INTERVAL_MS: 'hunter2ms',
  TELEMETRY_PURGE_CRON: 'every hunter2',
  TELEMETRY_AUTO_MIGRATE: 'hunter2',
  TELEMETRY_OWNER_IDS: 'hunter2',
  TELEMETRY_COMMAND_GUILDS: '123456789012345678,hunter2'
} as const;

const DEFAULTS = {
  enabled: false,
  hashSalt: undefined,
  sampleRate: 1,
  retentionDays: 30,
  queueSize: 1000,
  databaseUrl: undefined,
  dataDir: '.telemetry',
  flushIntervalMs: 2000,
  purgeCron: '0 2 * * *',
  autoMigrate: true,
  ownerIds: [],
  commandGuildIds: []
};

function problemsOf(env: Environment): readonly string[] {
  try {
    readSettings(env);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

/** The variables that these settings are told to be wrong in. */
function wrongIn(env: Environment): string[] {
  return problemsOf(env).map((problem) => problem.split(' ', 1)[0] ?? '');
}

test('an environment without a setting has every default', () => {
  expect(readSettings({})).toEqual(DEFAULTS);
});

test('an empty variable, or one of blanks, means its default', () => {
  const names = [...Object.keys(WRONG), 'TELEMETRY_DATA_DIR'];
  for (const nothing of ['', '  \t']) expect(readSettings(Object.fromEntries(names.map((name) => [name, nothing])))).toEqual(DEFAULTS);
});

test('each value that is set replaces its default', () => {
  const settings = readSettings({
    TELEMETRY_ENABLED: 'true',
    TELEMETRY_HASH_SALT: SALT,
    TELEMETRY_SAMPLE_RATE: ' 0.25 ',
    TELEMETRY_RETENTION_DAYS: '7',
    TELEMETRY_QUEUE_SIZE: '50',
    TELEMETRY_DATABASE_URL: 'postgresql://bot@db.example/bot',
    TELEMETRY_DATA_DIR: '/var/lib/bot',
    TELEMETRY_FLUSH_INTERVAL_MS: '500',
    TELEMETRY_PURGE_CRON: '30 4 * * 1',
    TELEMETRY_AUTO_MIGRATE: 'false',
    TELEMETRY_OWNER_IDS: '123456789012345678, 223456789012345678',
    TELEMETRY_COMMAND_GUILDS: '323456789012345678',
    SOMETHING_ELSE: 'left alone'
  });
  expect(settings).toEqual({
    enabled: true,
    hashSalt: SALT,
    sampleRate: 0.25,
    retentionDays: 7,
    queueSize: 50,
    databaseUrl: 'postgresql://bot@db.example/bot',
    dataDir: '/var/lib/bot',
    flushIntervalMs: 500,
    purgeCron: '30 4 * * 1',
    autoMigrate: false,
    ownerIds: ['123456789012345678', '223456789012345678'],
    commandGuildIds: ['323456789012345678']
  });
});

describe('wrong settings', () => {
  test('are all named at once, each with a remedy', () => {
    expect(wrongIn(WRONG)).toEqual(Object.keys(WRONG));
    for (const problem of problemsOf(WRONG)) expect(problem).toMatch(/: (write|make) \S+ \S+/);
  });

  test('are named in the message of the error, without any of their values', () => {
    expect(() => readSettings(WRONG)).toThrow(SettingsError);
    for (const name of Object.keys(WRONG)) expect(() => readSettings(WRONG)).toThrow(name);
    expect(() => readSettings(WRONG)).toThrow(/^(?!.*(hunter2|db\.example|123456789012345678)).*$/s);
  });

  test.each(Object.keys(WRONG))('do not repeat the value of %s, although it looks like a secret', (name) => {
    for (const secret of ['hunter2-correct-horse', 'xoxb-hunter2', 'postgres://root:hunter2@', 'mysql://root:hunter2@h/d']) {
      const problems = problemsOf({ TELEMETRY_ENABLED: 'true', TELEMETRY_HASH_SALT: SALT, [name]: secret });
      expect(problems).toEqual([expect.stringContaining(name)]);
      expect(problems.join()).not.toContain('hunter2');
      expect(problems.join()).not.toContain(SALT);
    }
  });

  test.each([
    ['TELEMETRY_SAMPLE_RATE', ['0', '1', '0.0001', '1.0'], ['-0.1', '1.1', '1e-3', 'NaN', 'Infinity', '0,5', '0x1']],
    ['TELEMETRY_RETENTION_DAYS', ['1', '365'], ['0', '366', '1.5', '-1', '30d', 'Infinity']],
    ['TELEMETRY_QUEUE_SIZE', ['1', '1000000'], ['0', '1000001', '10.5']],
    ['TELEMETRY_FLUSH_INTERVAL_MS', ['50', '600000'], ['49', '600001', '2s']],
    ['TELEMETRY_ENABLED', ['false', 'FALSE', '0', 'no', 'off'], ['2', 'truee']],
    ['TELEMETRY_AUTO_MIGRATE', ['true', 'True', '1', 'yes', 'on'], ['2', 'truee']],
    ['TELEMETRY_PURGE_CRON', ['* * * * *', '*/5 0-6 1,15 * MON'], ['0 25 * * *', '61 * * * *', '0 2 * *', '@never', '0 2 * * * * *']],
    [
      'TELEMETRY_OWNER_IDS',
      ['12345678901234567', '12345678901234567890'],
      ['1234567890123456', '123456789012345678901', '<@123456789012345678>']
    ],
    [
      'TELEMETRY_COMMAND_GUILDS',
      ['123456789012345678 223456789012345678,', ','],
      ['12345678901234567x', '123456789012345678;223456789012345678']
    ]
  ])('%s takes what lies within its limits and nothing else', (name, right, wrong) => {
    for (const value of right) expect({ value, problems: problemsOf({ [name]: value }) }).toEqual({ value, problems: [] });
    for (const value of wrong) expect({ value, wrong: wrongIn({ [name]: value }) }).toEqual({ value, wrong: [name] });
  });
});

describe('the salt', () => {
  const enabled = { TELEMETRY_ENABLED: 'true' };

  test('is required when telemetry is on, and the message says how to make one that is taken', async () => {
    for (const missing of [{}, { TELEMETRY_HASH_SALT: '' }, { TELEMETRY_HASH_SALT: '   ' }]) {
      const problems = problemsOf({ ...enabled, ...missing });
      expect(problems).toEqual([expect.stringMatching(/^TELEMETRY_HASH_SALT is required .*node -p "/)]);
    }
    const recipe = /node -p "(.*)"/.exec(problemsOf(enabled).join())?.[1] ?? '';
    const made = (await run(process.execPath, ['-p', recipe])).stdout.trim();
    expect(readSettings({ ...enabled, TELEMETRY_HASH_SALT: made }).hashSalt).toBe(made);
  });

  test('is not needed when telemetry is off', () => {
    expect(readSettings({ TELEMETRY_ENABLED: 'false' }).hashSalt).toBeUndefined();
  });

  test.each([
    ['too short', SALT.slice(0, 31)],
    ['a repetition', 'ab'.repeat(32)],
    ['of too few different characters', '123456789'.repeat(8)],
    ['a number of times the same sign', 'x'.repeat(64)]
  ])('that is %s is refused once, with the way to make a better one', (_, salt) => {
    const problems = problemsOf({ ...enabled, TELEMETRY_HASH_SALT: salt });
    expect(problems).toEqual([expect.stringMatching(/^TELEMETRY_HASH_SALT .*node -p "/)]);
    expect(problems.join()).not.toContain(salt);
  });

  test('that is refused is told what it lacks', () => {
    expect(problemsOf({ ...enabled, TELEMETRY_HASH_SALT: 'short' }).join()).toMatch(/32 characters/);
  });

  test('of exactly 32 characters is taken', () => {
    expect(readSettings({ ...enabled, TELEMETRY_HASH_SALT: SALT.slice(0, 32) }).hashSalt).toBe(SALT.slice(0, 32));
  });
});

test.each([
  'postgres://bot@db.example/bot',
  'postgresql://bot:p%40ss@db.example:5433/bot',
  'postgresql://db.example/bot?sslmode=require',
  'postgresql://[::1]:5432/bot'
])('the database URL %s is taken as it is', (url) => {
  expect(readSettings({ TELEMETRY_DATABASE_URL: url }).databaseUrl).toBe(url);
});

test.each([
  ['has no database', 'postgresql://bot:hunter2@db.example'],
  ['has an empty database', 'postgresql://bot:hunter2@db.example/'],
  ['has no host', 'postgresql:///bot'],
  ['has a port that is none', 'postgresql://bot:hunter2@db.example:port/bot'],
  ['is of MySQL', 'mysql://bot:hunter2@db.example/bot'],
  ['is of HTTP', 'https://bot:hunter2@db.example/bot'],
  ['is a file', 'file:///var/lib/hunter2.db'],
  ['is SQLite', 'sqlite:hunter2.db'],
  ['is no URL', 'db.example/hunter2'],
  ['has a password with a bare percent sign, which cannot be decoded', 'postgresql://bot:hunter2%zz@db.example/bot']
])('a database URL that %s is refused without being repeated', (_, url) => {
  const problems = problemsOf({ TELEMETRY_DATABASE_URL: url });
  expect(problems).toEqual([expect.stringMatching(/^TELEMETRY_DATABASE_URL .*postgresql:\/\/user:password@host:port\/database/)]);
  expect(problems.join()).not.toContain('hunter2');
});

test("the README's table of settings is the one that the code makes", async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  expect(cellsOf(readme)).toContain(cellsOf(settingsTable()));
  for (const name of Object.keys(WRONG)) expect(settingsTable()).toContain(`\`${name}\``);
});

/** A Markdown text without the blanks by which a formatter lines up the columns of a table. */
function cellsOf(markdown: string): string {
  return markdown.replaceAll(/ *\| */g, '|').replaceAll(/-{3,}/g, '---');
}
