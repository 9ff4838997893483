import { describe, expect, test } from '@jest/globals';
import { readSettings, SettingsError, settingsTable } from '../../config/settings.ts';
import { SALT } from '../support/bot.ts';
import { readDocument } from '../support/repository.ts';
import { problemsOf, wrongIn } from './problems.ts';

/** A wrong value for every variable. Each holds a word that no message may repeat. */
const FORMER_SALT = '4c0d3d1f05f026338eb32f6652a17c74e960c5de1897f5ef';

const WRONG = {
  TELEMETRY_ENABLED: 'maybe-hunter2',
  TELEMETRY_HASH_SALT: 'short-hunter2',
  TELEMETRY_PREVIOUS_HASH_SALT: 'former-hunter2',
  TELEMETRY_SAMPLE_RATE: 'hunter2%',
  TELEMETRY_RETENTION_DAYS: 'hunter2 days',
  TELEMETRY_QUEUE_SIZE: '-hunter2',
  TELEMETRY_DATABASE_URL: 'mysql://bot:hunter2@db.example/bot',
  TELEMETRY_DATA_DIR: '~/hunter2',
  TELEMETRY_FLUSH_INTERVAL_MS: 'hunter2ms',
  TELEMETRY_PURGE_CRON: 'every hunter2',
  TELEMETRY_AUTO_MIGRATE: 'hunter2',
  TELEMETRY_COMMAND: 'Hunter2 usage',
  TELEMETRY_PRIVACY_COMMAND: 'Hunter2 privacy',
  TELEMETRY_FORGET_LEFT_GUILDS: 'hunter2',
  TELEMETRY_NOTIFY: 'hunter2',
  TELEMETRY_DIGEST_CRON: 'each hunter2',
  TELEMETRY_OWNER_IDS: 'hunter2',
  TELEMETRY_COMMAND_GUILDS: '123456789012345678,hunter2'
} as const;

const DEFAULTS = {
  enabled: false,
  hashSalt: undefined,
  previousHashSalt: undefined,
  sampleRate: 1,
  retentionDays: 30,
  queueSize: 1000,
  databaseUrl: undefined,
  dataDir: '.telemetry',
  flushIntervalMs: 2000,
  purgeCron: '0 2 * * *',
  autoMigrate: true,
  commandName: 'telemetry',
  privacyCommand: undefined,
  forgetLeftGuilds: false,
  notify: undefined,
  digestCron: '0 8 * * 1',
  ownerIds: [],
  commandGuildIds: []
};

test('an environment without a setting has every default', () => {
  expect(readSettings({})).toEqual(DEFAULTS);
});

test('an empty variable, or one of blanks, means its default', () => {
  const names = Object.keys(WRONG);
  for (const nothing of ['', '  \t']) expect(readSettings(Object.fromEntries(names.map((name) => [name, nothing])))).toEqual(DEFAULTS);
});

test('each value that is set replaces its default', () => {
  const settings = readSettings({
    TELEMETRY_ENABLED: 'true',
    TELEMETRY_HASH_SALT: SALT,
    TELEMETRY_PREVIOUS_HASH_SALT: FORMER_SALT,
    TELEMETRY_SAMPLE_RATE: ' 0.25 ',
    TELEMETRY_RETENTION_DAYS: '7',
    TELEMETRY_QUEUE_SIZE: '50',
    TELEMETRY_DATABASE_URL: 'postgresql://bot@db.example/bot',
    TELEMETRY_DATA_DIR: '/var/lib/bot',
    TELEMETRY_FLUSH_INTERVAL_MS: '500',
    TELEMETRY_PURGE_CRON: '30 4 * * 1',
    TELEMETRY_AUTO_MIGRATE: 'false',
    TELEMETRY_COMMAND: 'bot-usage',
    TELEMETRY_PRIVACY_COMMAND: 'privacy',
    TELEMETRY_FORGET_LEFT_GUILDS: 'true',
    TELEMETRY_NOTIFY: '423456789012345678',
    TELEMETRY_DIGEST_CRON: '0 9 * * mon',
    TELEMETRY_OWNER_IDS: '123456789012345678, 223456789012345678',
    TELEMETRY_COMMAND_GUILDS: '323456789012345678',
    SOMETHING_ELSE: 'left alone'
  });
  expect(settings).toEqual({
    enabled: true,
    hashSalt: SALT,
    previousHashSalt: FORMER_SALT,
    sampleRate: 0.25,
    retentionDays: 7,
    queueSize: 50,
    databaseUrl: 'postgresql://bot@db.example/bot',
    dataDir: '/var/lib/bot',
    flushIntervalMs: 500,
    purgeCron: '30 4 * * 1',
    autoMigrate: false,
    commandName: 'bot-usage',
    privacyCommand: 'privacy',
    forgetLeftGuilds: true,
    notify: '423456789012345678',
    digestCron: '0 9 * * mon',
    ownerIds: ['123456789012345678', '223456789012345678'],
    commandGuildIds: ['323456789012345678']
  });
});

describe('wrong settings', () => {
  test('are all named at once, each with a remedy', () => {
    expect(wrongIn(WRONG)).toEqual(Object.keys(WRONG));
    for (const problem of problemsOf(WRONG)) expect(problem).toMatch(/: (write|make) \S+ \S+/);
  });

  test('leave the others as they were set', () => {
    const right = { TELEMETRY_COMMAND: 'bot-usage', TELEMETRY_COMMAND_GUILDS: '323456789012345678' };
    expect(() => readSettings({ ...right, TELEMETRY_SAMPLE_RATE: '2' })).toThrow(
      expect.objectContaining({ valid: expect.objectContaining({ commandName: 'bot-usage', commandGuildIds: ['323456789012345678'] }) })
    );
  });

  test('are named in the message of the error, without any of their values', () => {
    expect(() => readSettings(WRONG)).toThrow(SettingsError);
    for (const name of Object.keys(WRONG)) expect(() => readSettings(WRONG)).toThrow(name);
    expect(() => readSettings(WRONG)).toThrow(/^(?!.*(hunter2|db\.example|123456789012345678)).*$/s);
  });

  // A secret may be a right name for a command, or for a folder.
  test.each(Object.keys(WRONG).filter((name) => !['TELEMETRY_COMMAND', 'TELEMETRY_PRIVACY_COMMAND', 'TELEMETRY_DATA_DIR'].includes(name)))(
    'do not repeat the value of %s, although it looks like a secret',
    (name) => {
      for (const secret of ['hunter2-correct-horse', 'xoxb-hunter2', 'postgres://root:hunter2@', 'mysql://root:hunter2@h/d']) {
        const problems = problemsOf({ TELEMETRY_ENABLED: 'true', TELEMETRY_HASH_SALT: SALT, [name]: secret });
        expect(problems).toEqual([expect.stringContaining(name)]);
        expect(problems.join()).not.toContain('hunter2');
        expect(problems.join()).not.toContain(SALT);
      }
    }
  );
});

test("the README's table of settings is the one that the code makes", async () => {
  const readme = await readDocument('README.md');
  expect(cellsOf(readme)).toContain(cellsOf(settingsTable()));
  for (const name of Object.keys(WRONG)) expect(settingsTable()).toContain(`\`${name}\``);
});

/** A Markdown text without the blanks by which a formatter lines up the columns of a table. */
function cellsOf(markdown: string): string {
  return markdown.replaceAll(/ *\| */g, '|').replaceAll(/-{3,}/g, '---');
}
