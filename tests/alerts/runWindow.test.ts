import { expect, test } from '@jest/globals';
import { RunCounts } from '../../src/alerts/runCounts.ts';
import { windowOf } from '../../src/alerts/runWindow.ts';
import type { Outcome } from '../../src/events/errorTypes.ts';
import { Names } from '../../src/events/names.ts';

const names = new Names();
const MINUTE_MS = 60_000;
const FAILED: Outcome = { status: 'error', errorType: 'provider_error' };

/** Counts so many runs in each of these minutes, and looks after each. */
function countMinutes(minutes: readonly number[], outcome: Outcome = 'success'): { counts: RunCounts; nowMs: number } {
  const counts = new RunCounts(0);
  let nowMs = 0;
  for (const runs of minutes) {
    for (let run = 0; run < runs; run += 1) counts.add(aRun('roll', null, outcome));
    counts.turn((nowMs += MINUTE_MS));
  }
  return { counts, nowMs };
}

function aRun(operation: string, provider: string | null = null, outcome: Outcome = 'success'): Parameters<RunCounts['add']>[0] {
  return { operation: names.operation({ surface: 'discord', feature: 'seeds', operation }), provider, outcome, durationMs: 1 };
}

const minutes = (count: number, runs: number): number[] => Array.from({ length: count }, () => runs);

test.each([
  ['holds five minutes of much traffic', minutes(60, 100), 500],
  ['grows until it holds twenty runs', minutes(60, 1), 20],
  ['grows over minutes without any run', [...minutes(1, 20), ...minutes(300, 0)], 20],
  ['holds six hours where there are fewer', [7, ...minutes(359, 0)], 7],
  ['takes nothing in that is older than six hours', [30, ...minutes(359, 0), 7], 7],
  ['is none before five minutes, however many runs there are', minutes(4, 100), undefined],
  ['is none before six hours where there are fewer than twenty', [19, ...minutes(358, 0)], undefined],
  ['is none where nothing ended', minutes(600, 0), undefined]
])('a window %s', (_, perMinute, runs) => {
  const { counts, nowMs } = countMinutes(perMinute);
  expect(windowOf(counts.pairs(), 0, nowMs)?.runs).toBe(runs);
});

test('a window that begins at a moment holds nothing of before', () => {
  const { counts, nowMs } = countMinutes(minutes(10, 5));
  expect(windowOf(counts.pairs(), nowMs - 4 * MINUTE_MS, nowMs)).toBeUndefined();
  expect(windowOf(counts.pairs(), nowMs - 5 * MINUTE_MS, nowMs)?.runs).toBe(25);
});

test('denied runs and errors of listeners are not counted', () => {
  const { counts, nowMs } = countMinutes([...minutes(5, 10)], { status: 'denied', errorType: 'permission_denied' });
  const operation = names.operation({ surface: 'discord', feature: 'listener_error', operation: 'ready' });
  counts.add({ ...aRun('roll'), operation, outcome: FAILED });
  counts.turn(nowMs + MINUTE_MS);
  expect(counts.pairs()).toEqual([]);
});

test('what nobody ran for six hours is forgotten, and no more than a thousand names are counted at once', () => {
  const counts = new RunCounts(0);
  const { operation } = aRun('roll');
  for (let index = 0; index < 1_100; index += 1) counts.add({ ...aRun('roll', `provider_${index}`), operation });
  expect(counts.pairs()).toHaveLength(1_000);
  counts.turn(MINUTE_MS);
  counts.turn(361 * MINUTE_MS);
  expect(counts.pairs()).toEqual([]);
  counts.add(aRun('roll', 'provider_1100'));
  expect(counts.pairs()).toHaveLength(1);
});

test('of a busy name no more is kept than a window needs', () => {
  const { counts } = countMinutes(minutes(1_000, 3));
  expect(counts.pairs()[0]?.slots.length).toBeLessThanOrEqual(20);
});
