import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { readSettings } from '../../config/settings.ts';
import { SALT } from '../support/bot.ts';
import { seededRandom } from '../support/randomEvents.ts';
import { problemsOf, wrongIn } from './problems.ts';

test.each([
  ['TELEMETRY_SAMPLE_RATE', ['0', '1', '0.0001', '1.0'], ['-0.1', '1.1', '1e-3', 'NaN', 'Infinity', '0,5', '0x1']],
  ['TELEMETRY_RETENTION_DAYS', ['1', '365'], ['0', '366', '1.5', '-1', '30d', 'Infinity']],
  ['TELEMETRY_QUEUE_SIZE', ['1', '1000000'], ['0', '1000001', '10.5']],
  ['TELEMETRY_FLUSH_INTERVAL_MS', ['50', '600000'], ['49', '600001', '2s']],
  ['TELEMETRY_ENABLED', ['false', 'FALSE', '0', 'no', 'off'], ['2', 'truee']],
  ['TELEMETRY_AUTO_MIGRATE', ['true', 'True', '1', 'yes', 'on'], ['2', 'truee']],
  ['TELEMETRY_PURGE_CRON', ['* * * * *', '*/5 0-6 1,15 * MON'], ['0 25 * * *', '61 * * * *', '0 2 * *', '@never', '0 2 * * * * *']],
  ['TELEMETRY_DIGEST_CRON', ['0 8 * * 1', '30 6 * * mon,fri'], ['0 8 * * 8', 'mondays', '0 8 * *']],
  [
    'TELEMETRY_NOTIFY',
    ['owner', '12345678901234567', '12345678901234567890'],
    ['Owner', 'everyone', '1234567890123456', '<#123456789012345678>', '123456789012345678,223456789012345678']
  ],
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

describe('the salt', () => {
  const enabled = { TELEMETRY_ENABLED: 'true' };

  test('is required when telemetry is on, and the message says how to make one that is taken', async () => {
    for (const missing of [{}, { TELEMETRY_HASH_SALT: '' }, { TELEMETRY_HASH_SALT: '   ' }]) {
      const problems = problemsOf({ ...enabled, ...missing });
      expect(problems).toEqual([expect.stringMatching(/^TELEMETRY_HASH_SALT is required .*node -p "/)]);
    }
    const recipe = /node -p "(.*)"/.exec(problemsOf(enabled).join())?.[1] ?? '';
    const made = (await promisify(execFile)(process.execPath, ['-p', recipe])).stdout.trim();
    expect(readSettings({ ...enabled, TELEMETRY_HASH_SALT: made }).hashSalt).toBe(made);
  });

  test('is not needed when telemetry is off', () => {
    expect(readSettings({ TELEMETRY_ENABLED: 'false' }).hashSalt).toBeUndefined();
  });

  test.each([
    ['too short', SALT.slice(0, 31)],
    ['a repetition', 'ab'.repeat(32)],
    ['of too few different characters', '123456789'.repeat(8)],
    ['a number of times the same sign', 'x'.repeat(64)],
    ['a phrase', 'correct horse battery staple and some more words'],
    ['a phrase with hyphens', 'correct-horse-battery-staple-and-some-more-words'],
    ['a phrase in one, with a number', 'MyVerySecretTelemetrySaltForTheBot2026'],
    ['a phrase in another language', 'DasPferdFrisstKeinenGurkensalat2026'],
    ['a word again and again', 'Password123!Password123!Password123!'],
    ['a sequence', '0123456789abcdef0123456789abcdef'],
    ['two sequences in turn', 'a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6'],
    ['what lies side by side on the keyboard', 'Qwertyuiop1234567890Asdfghjkl!@#$'],
    ['half of a secret, there and back', SALT.slice(0, 20) + SALT.slice(0, 20).split('').toReversed().join('')],
    ['a number', '3141592653589793238462643383279502884197'],
    ['dates', '20261125-20261126-20261127-20261128']
  ])('that is %s is refused once, with the way to make a better one', (_, salt) => {
    const problems = problemsOf({ ...enabled, TELEMETRY_HASH_SALT: salt });
    expect(problems).toEqual([expect.stringMatching(/^TELEMETRY_HASH_SALT .*node -p "/)]);
    expect(problems.join()).not.toContain(salt);
  });

  test('that is refused is told what it lacks', () => {
    expect(problemsOf({ ...enabled, TELEMETRY_HASH_SALT: 'short' }).join()).toMatch(/32 characters/);
  });

  test('that a machine drew at random is taken, in each of the usual ways of writing it', () => {
    const random = seededRandom(7);
    const drawn = (bytes: number): Buffer => Buffer.from(Array.from({ length: bytes }, () => Math.floor(random() * 256)));
    let refused = 0;
    for (let draw = 0; draw < 300; draw += 1) {
      for (const salt of [
        drawn(32).toString('hex'),
        drawn(32).toString('hex').toUpperCase(),
        drawn(24).toString('hex'),
        drawn(64).toString('hex')
      ])
        expect({ salt, problems: problemsOf({ ...enabled, TELEMETRY_HASH_SALT: salt }) }).toEqual({ salt, problems: [] });
      for (const salt of [drawn(32).toString('base64'), drawn(48).toString('base64url')])
        refused += problemsOf({ ...enabled, TELEMETRY_HASH_SALT: salt }).length;
    }
    // In base64 a few look like words by chance: one in some hundreds.
    expect(refused).toBeLessThanOrEqual(6);
  });

  test('of exactly 32 characters is taken', () => {
    expect(readSettings({ ...enabled, TELEMETRY_HASH_SALT: SALT.slice(0, 32) }).hashSalt).toBe(SALT.slice(0, 32));
  });
});
