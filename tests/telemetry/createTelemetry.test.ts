import { describe, expect, test } from '@jest/globals';
import { container } from '@sapphire/framework';
import { ENABLED } from '../support/bot.ts';
import { sqliteDatabase } from '../support/databases.ts';
import { complaints } from '../support/traffic.ts';
import { expectWorkingBot, SECRET, startWorkingBot } from './workingBot.ts';

describe('a bot with wrong settings runs with telemetry off, and the operator reads what to do', () => {
  test.each<[string, Record<string, string>]>([
    ['TELEMETRY_ENABLED', { TELEMETRY_ENABLED: 'perhaps' }],
    ['TELEMETRY_HASH_SALT', { TELEMETRY_HASH_SALT: '' }],
    ['TELEMETRY_HASH_SALT', { TELEMETRY_HASH_SALT: SECRET }],
    ['TELEMETRY_HASH_SALT', { TELEMETRY_HASH_SALT: 'a'.repeat(64) }],
    ['TELEMETRY_SAMPLE_RATE', { TELEMETRY_SAMPLE_RATE: '1.5' }],
    ['TELEMETRY_RETENTION_DAYS', { TELEMETRY_RETENTION_DAYS: '0' }],
    ['TELEMETRY_QUEUE_SIZE', { TELEMETRY_QUEUE_SIZE: '-1' }],
    ['TELEMETRY_DATABASE_URL', { TELEMETRY_DATABASE_URL: `mysql://bot:${SECRET}@127.0.0.1/bot` }],
    ['TELEMETRY_FLUSH_INTERVAL_MS', { TELEMETRY_FLUSH_INTERVAL_MS: 'soon' }],
    ['TELEMETRY_PURGE_CRON', { TELEMETRY_PURGE_CRON: 'at night' }],
    ['TELEMETRY_OWNER_IDS', { TELEMETRY_OWNER_IDS: 'me' }]
  ])('%s: %j', async (variable, env) => {
    await using bot = await startWorkingBot({ database: await sqliteDatabase(), env });
    await expectWorkingBot(bot, new RegExp(`${variable} is (not valid|required)`));
    expect(complaints(bot)[0]).toContain('Telemetry disabled');
    expect(container.telemetry.enabled).toBe(false);
  });

  test('all of them at once, each named', async () => {
    const wrong = ['TELEMETRY_SAMPLE_RATE', 'TELEMETRY_RETENTION_DAYS', 'TELEMETRY_QUEUE_SIZE', 'TELEMETRY_DATABASE_URL'];
    await using bot = await startWorkingBot({ env: { ...ENABLED, ...Object.fromEntries(wrong.map((name) => [name, SECRET])) } });
    await expectWorkingBot(bot, /Telemetry (disabled|is off)/);
    for (const name of wrong) expect(complaints(bot)[0]).toContain(name);
  });

  test.each([
    [{ errorTypes: { 'a.b': true } }, /errorTypes/],
    [{ errorTypes: 'race_full' }, /errorTypes must be an object from names/],
    [{ excludeGuilds: 811111111111111111n }, /excludeGuilds/],
    [null, /telemetry/]
  ])('the client option telemetry: %j', async (telemetry: unknown, problem) => {
    await using bot = await startWorkingBot({ database: await sqliteDatabase(), client: { telemetry: telemetry as never } });
    await expectWorkingBot(bot, problem);
    expect(complaints(bot)[0]).toContain('Telemetry disabled');
  });
});
