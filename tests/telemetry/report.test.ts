import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import type { ActiveTelemetry } from '../../src/telemetry/activeTelemetry.ts';
import { ROLL, startTelemetry } from '../support/handClock.ts';

const MINUTE_MS = 60_000;
const GUILD_ID = '811111111111111111';

test('a report that is being read is shared by those who ask for the same meanwhile', async () => {
  await using started = await startTelemetry();
  const { telemetry } = started;
  const [first, same, other] = await Promise.all([
    telemetry.report({ days: 7 }),
    telemetry.report({ days: 7 }),
    telemetry.report({ days: 8 })
  ]);
  expect(same).toBe(first);
  expect(other).not.toBe(first);
  expect(await telemetry.report({ days: 7 })).not.toBe(first);
});

test('a report of 7 days is shared with those who do not say how many, and not with those who ask for one surface', async () => {
  await using started = await startTelemetry();
  const { telemetry } = started;
  const [first, unsaid, undefinedDays, discord] = await Promise.all([
    telemetry.report({ days: 7 }),
    telemetry.report({}),
    telemetry.report({ days: undefined, surface: undefined, maxAgeMs: undefined }),
    telemetry.report({ surface: 'discord' })
  ]);
  expect(unsaid).toBe(first);
  expect(undefinedDays).toBe(first);
  expect(discord).not.toBe(first);
});

test('a report that is young enough for who asks is given again, and an older one is read anew', async () => {
  await using started = await startTelemetry();
  const { telemetry } = started;
  const first = await telemetry.report({ maxAgeMs: MINUTE_MS });
  telemetry.track(ROLL, () => undefined);
  expect(await telemetry.report({ days: 7, maxAgeMs: MINUTE_MS })).toBe(first);
  expect(await telemetry.report({ days: 8, maxAgeMs: MINUTE_MS })).not.toBe(first);
  await wait(20);
  const second = await telemetry.report({ maxAgeMs: 10 });
  expect([first.events, second.events]).toEqual([0, 2]);
  telemetry.track(ROLL, () => undefined);
  expect((await telemetry.report()).events).toBe(4);
});

test.each<[string, (telemetry: ActiveTelemetry) => Promise<unknown>]>([
  ['a purge', (telemetry) => telemetry.purge({ all: true })],
  ['the erasure of a guild', (telemetry) => telemetry.eraseGuild(GUILD_ID)]
])('after %s no report is given again that was read before', async (_, erase) => {
  await using started = await startTelemetry();
  const { telemetry } = started;
  telemetry.track({ ...ROLL, guildId: GUILD_ID }, () => undefined);
  expect((await telemetry.report({ maxAgeMs: MINUTE_MS })).events).toBe(2);
  await erase(telemetry);
  expect((await telemetry.report({ maxAgeMs: MINUTE_MS })).events).toBe(0);
});

test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 3_600_001, 'soon'])(
  'a report of an age of %p is none that there can be',
  async (maxAgeMs) => {
    await using started = await startTelemetry();
    await expect(started.telemetry.report({ maxAgeMs: maxAgeMs as number })).rejects.toThrow(RangeError);
  }
);
