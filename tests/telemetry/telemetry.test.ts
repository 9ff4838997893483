import { expect, test } from '@jest/globals';
import { container } from '@sapphire/framework';
import type { Telemetry } from '../../src/telemetry/telemetry.ts';
import { startBot } from '../support/bot.ts';
import { sqliteDatabase } from '../support/databases.ts';

/** What a bot's author is promised. */
const PARTS = {
  enabled: 'boolean',
  track: 'function',
  run: 'function',
  report: 'function',
  purge: 'function',
  eraseGuild: 'function',
  status: 'function',
  flush: 'function'
} as const satisfies Record<keyof Telemetry, string>;

test.each([true, false])('container.telemetry has every public part, whether it is on or off (%j)', async (enabled) => {
  await using bot = await startBot(enabled ? { database: await sqliteDatabase() } : {});
  const { telemetry } = container;
  expect(telemetry.enabled).toBe(enabled);
  const types = Object.keys(PARTS).map((name) => [name, typeof telemetry[name as keyof Telemetry]]);
  expect(Object.fromEntries(types)).toEqual(PARTS);
  expect(bot.client.isReady()).toBe(true);
});
