import { describe, expect, test } from '@jest/globals';
import { judgeChanges, type DayCounts, type UsageChange } from '../../src/reports/change.ts';
import { chanceOf } from '../../src/reports/studentT.ts';
import { aCount, reportFrom } from '../support/madeReports.ts';
import { seededRandom } from '../support/randomEvents.ts';

test.each([
  // Two-sided critical values, from any table of Student's t.
  [12.706, 1, 0.05],
  [4.303, 2, 0.05],
  [2.571, 5, 0.05],
  [6.869, 5, 0.001],
  [3.169, 10, 0.01],
  [2.228, 10, 0.05],
  [2.042, 30, 0.05],
  [3.373, 120, 0.001],
  [-1.98, 120, 0.05]
])("a value of Student's t of %p with %p degrees of freedom is exceeded by chance with %p", (t, freedom, chance) => {
  expect(Math.abs(chanceOf(t, freedom) / chance - 1)).toBeLessThan(0.01);
});

const day = (invokes: number, failures = 0): DayCounts => ({ invokes, ended: invokes, failures });
const days = (...invokes: readonly number[]): DayCounts[] => invokes.map((one) => day(one));
const only = (now: readonly DayCounts[], before: readonly DayCounts[]): UsageChange | undefined => judgeChanges([[now, before]])[0];
const notable = ({ invokes, failureRate }: UsageChange): boolean => invokes.isNotable || failureRate.isNotable;
const WEEK = [20, 24, 18, 22, 25, 19, 21];

describe('a change', () => {
  test('is told by its share of what was before, which is nothing of nothing', () => {
    const none = days(0, 0, 0, 0, 0, 0, 0);
    expect(only(days(...WEEK), none)?.invokes).toEqual({ ratio: null, isNotable: true });
    expect(only(none, days(...WEEK))?.invokes).toEqual({ ratio: -1, isNotable: true });
    expect(only(none, none)).toEqual({ invokes: { ratio: null, isNotable: false }, failureRate: { ratio: null, isNotable: false } });
    expect(only(days(...WEEK.map((one) => one * 1.5)), days(...WEEK))?.invokes.ratio).toBeCloseTo(0.5, 10);
    // What did not run has no rate of failures to compare with.
    expect(only(none, days(...WEEK))?.failureRate).toEqual({ ratio: null, isNotable: false });
  });

  test('of the failures is one of their rate, whatever the number of runs', () => {
    const failing = (share: number, factor = 1): DayCounts[] => WEEK.map((one) => day(factor * one, factor * one * share));
    expect(only(failing(0.5), failing(0.1))?.failureRate).toEqual({ ratio: expect.closeTo(4, 10), isNotable: true });
    expect(only(failing(0.1), failing(0.5))?.failureRate).toEqual({ ratio: expect.closeTo(-0.8, 10), isNotable: true });
    expect(only(failing(0.1, 5), failing(0.1))).toEqual({
      invokes: { ratio: expect.closeTo(4, 10), isNotable: true },
      failureRate: { ratio: expect.closeTo(0, 10), isNotable: false }
    });
    expect(only(failing(0.5), failing(0))?.failureRate).toEqual({ ratio: null, isNotable: true });
    // All runs failed, but there were two of them.
    expect(only([day(1, 1), day(1, 1), ...days(0, 0)], days(3, 2, 4, 1))?.failureRate.isNotable).toBe(false);
  });

  test('below a tenth is not notable, however certain, and neither is one that a single day, a few runs or bursts explain', () => {
    const steady = [1000, 1001, 999, 1000, 1002, 998, 1000];
    expect(only(days(...steady.map((one) => one * 1.09)), days(...steady))?.invokes.isNotable).toBe(false);
    expect(only(days(...steady.map((one) => one * 1.11)), days(...steady))?.invokes.isNotable).toBe(true);
    expect(only(days(5000), days(10))?.invokes).toEqual({ ratio: 499, isNotable: false });
    expect(only(days(2, 2, 2), days(1, 1, 1))?.invokes).toEqual({ ratio: 1, isNotable: false });
    expect(only(days(10, 900, 12, 9, 700, 11, 10), days(...WEEK))?.invokes.isNotable).toBe(false);
  });

  test('is found by chance in hardly any report of forty operations, and a real one in most', () => {
    const random = seededRandom(11);
    const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    // Bursts that double a day or halve it, and the chance of independent runs besides.
    const use = (mean: number): DayCounts[] =>
      Array.from({ length: 14 }, () => {
        const expected = mean * Math.exp(0.5 * normal());
        const invokes = Math.max(0, Math.round(expected + Math.sqrt(expected) * normal()));
        return day(invokes, Math.min(invokes, Math.round(0.1 * invokes * Math.exp(0.5 * normal()))));
      });
    let [wrong, found] = [0, 0];
    for (let report = 0; report < 100; report += 1) {
      const same = Array.from({ length: 40 }, (_, at) => [use(4 * (at + 1)), use(4 * (at + 1))] as const);
      if (judgeChanges(same).some(notable)) wrong += 1;
      if (judgeChanges([...same.slice(1), [use(400), use(100)]]).at(-1)?.invokes.isNotable === true) found += 1;
    }
    expect(wrong).toBeLessThanOrEqual(5);
    expect(found).toBeGreaterThan(75);
  });
});

test('an operation that ran before and does not any more stands in the report, as one that runs for the first time does', () => {
  const counts = [
    aCount({ eventName: 'discord.seeds.new.invoke', count: 3 }),
    aCount({ day: '2026-03-02', eventName: 'discord.seeds.old.invoke', count: 2 })
  ];
  const { features, previous, change } = reportFrom(counts, { before: {} });
  expect(
    features.map(({ operation, invokes, previous: before, change: by }) => [operation, invokes, before?.invokes, by?.invokes.ratio])
  ).toEqual([
    ['new', 3, 0, null],
    ['old', 0, 2, -1]
  ]);
  expect(previous).toMatchObject({ from: '2026-03-02', to: '2026-03-02', invokes: 2 });
  expect(change?.invokes.ratio).toBeCloseTo(0.5, 10);
});
