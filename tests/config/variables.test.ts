import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { readSettings } from '../../config/settings.ts';
import { SALT } from '../support/bot.ts';
import { problemsOf, wrongIn } from './problems.ts';

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
