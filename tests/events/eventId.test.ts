import { expect, test } from '@jest/globals';
import { EventIds } from '../../src/events/eventId.ts';
import { UUID_V4 } from '../../src/schema/patterns.ts';

const SEGMENT_SIZE = 2_000;
const [YESTERDAY, TODAY] = ['2026-02-11', '2026-02-12'] as const;

const prefixOf = (id: string): string => id.slice(0, 14);

/** `count` ids of a day, and the lengths of the segments in which they come. */
function make(ids: EventIds, day: string, count: number): { readonly made: string[]; readonly segments: readonly string[][] } {
  const made = Array.from({ length: count }, () => ids.next(day));
  return { made, segments: [...Map.groupBy(made, prefixOf).values()] };
}

/** How long the first segment is of what is made for a day. */
const firstLength = (ids: EventIds, day: string): number => make(ids, day, SEGMENT_SIZE + 1).segments[0]?.length ?? 0;

/** In how many places a list goes up: in about half of them, where the order of the list tells nothing. */
const ascents = (list: readonly string[]): number => list.filter((one, index) => index > 0 && one > (list[index - 1] ?? '')).length;

test('ids are UUIDs of version 4, and no two are the same', () => {
  const { made } = make(new EventIds(), TODAY, 50_000);
  expect(made.filter((id) => !UUID_V4.test(id))).toEqual([]);
  expect(new Set(made).size).toBe(made.length);
});

test('the events of a segment share their first 48 bits, and no other events do', () => {
  const { made, segments } = make(new EventIds(), TODAY, 20 * SEGMENT_SIZE);
  expect(segments.slice(1, -1).map(({ length }) => length)).toEqual(segments.slice(1, -1).map(() => SEGMENT_SIZE));
  expect(segments.every(({ length }) => length <= SEGMENT_SIZE)).toBe(true);
  // Each stands in one piece, in the order in which the events were recorded.
  expect(segments.flat()).toEqual(made);
});

test('neither the order of the segments nor the order within one tells which event came first', () => {
  const { segments } = make(new EventIds(), TODAY, 400 * SEGMENT_SIZE);
  // Of 400 a random order has 200 ascents, with a standard deviation of 6; of 1,999 it has 999, with one of 13.
  expect(Math.abs(ascents(segments.map(([first = '']) => prefixOf(first))) - 200)).toBeLessThan(36);
  for (const segment of segments.slice(1, 20)) expect(Math.abs(ascents(segment) - 999)).toBeLessThan(80);
});

test('the first segment of a day, and of a process, is cut at random, so that a short one does not mark the end of a day', () => {
  const ofProcesses = Array.from({ length: 300 }, () => firstLength(new EventIds(), TODAY));
  const ids = new EventIds();
  const ofDays = Array.from({ length: 300 }, (_, day) => firstLength(ids, `day ${day}`));
  for (const lengths of [ofProcesses, ofDays]) {
    expect(Math.min(...lengths)).toBeLessThan(200);
    expect(Math.max(...lengths)).toBeGreaterThan(1_800);
    const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
    expect(Math.abs(mean - SEGMENT_SIZE / 2)).toBeLessThan(200);
  }
});

test('what ends after midnight is put into the last segment of its own day, and today goes on with its own', () => {
  const ids = new EventIds();
  const { segments: yesterday } = make(ids, YESTERDAY, 3 * SEGMENT_SIZE);
  const last = prefixOf(yesterday.at(-1)?.[0] ?? '');
  const first = ids.next(TODAY);
  expect(prefixOf(ids.next(YESTERDAY))).toBe(last);
  const { segments } = make(ids, TODAY, SEGMENT_SIZE);
  expect(segments.map(([id = '']) => prefixOf(id))).not.toContain(last);
  expect(prefixOf(first)).not.toBe(last);
  expect(segments.length).toBeLessThanOrEqual(2);
});

test('the last segment of a day takes all that ends after midnight, however much that is', () => {
  const ids = new EventIds();
  const last = prefixOf(ids.next(YESTERDAY));
  ids.next(TODAY);
  const { made } = make(ids, YESTERDAY, 2 * SEGMENT_SIZE);
  expect(made.filter((id) => !UUID_V4.test(id) || prefixOf(id) !== last)).toEqual([]);
  expect(new Set(made).size).toBe(made.length);
});
