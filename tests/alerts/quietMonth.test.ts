import { expect, test } from '@jest/globals';
import { alertsOf } from './quietBot.ts';

const BOT = { operations: 50, providers: 5, days: 30 };
const MINUTES_A_DAY = 1_440;
/** Each of 43,200 minutes is looked at. */
const TIMEOUT_MS = 120_000;

test.each([
  [50, 'on every day alike', 0],
  [15, 'on some days more than on others', 0.4]
])(
  'thirty quiet days of %i operations that fail now and then, %s, make no alert',
  async (operations, _, spread) => {
    expect(await alertsOf({ ...BOT, operations, seed: 1, spread })).toEqual([]);
  },
  TIMEOUT_MS
);

test(
  'on the ninth day of such a bot a provider that fails half its calls makes one',
  async () => {
    const bot = { ...BOT, days: 8.5, seed: 1, spread: 0 };
    expect(await alertsOf(bot, 8 * MINUTES_A_DAY)).toEqual(['alert provider.provider_0']);
  },
  TIMEOUT_MS
);
