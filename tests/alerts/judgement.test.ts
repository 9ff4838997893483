import { expect, test } from '@jest/globals';
import { judge, type DayRuns, type JudgedPart } from '../../src/alerts/judgement.ts';

const days = (runs: number, failures: readonly number[]): DayRuns[] =>
  failures.map((failed, index) => ({ day: `2026-02-0${index + 1}`, runs, failures: failed }));
const even = (runs: number, failures: number): DayRuns[] =>
  days(
    runs,
    Array.from({ length: 7 }, () => failures)
  );
const part = (failures: number, runs: number, baseline: readonly DayRuns[]): JudgedPart => ({ runs, failures, days: baseline });

test('half the runs failing is alarming where few did, and says how many did before', () => {
  for (const [failures, runs] of [
    [10, 20],
    [50, 100],
    [3_000_000, 6_000_000]
  ] as const) {
    const { before, isAlarming } = judge([part(failures, runs, even(1_000, 10))]);
    expect({ failures, isAlarming }).toEqual({ failures, isAlarming: true });
    expect(before).toBeCloseTo(0.01, 3);
  }
});

test('nothing below a tenth, nor below twice the baseline, is alarming, however sure it is', () => {
  expect(judge([part(990, 10_000, even(10_000, 10))]).isAlarming).toBe(false);
  expect(judge([part(1_010, 10_000, even(10_000, 10))]).isAlarming).toBe(true);
  expect(judge([part(5_990, 10_000, even(10_000, 3_000))]).isAlarming).toBe(false);
  expect(judge([part(6_010, 10_000, even(10_000, 3_000))]).isAlarming).toBe(true);
});

test('a name that has no baseline is never alarming, and one of few runs only where nearly all fail', () => {
  for (const runs of [1, 20, 1_000]) expect(judge([part(runs, runs, [])]).isAlarming).toBe(false);
  const few = days(10, [0, 0, 0]);
  expect([10, 15, 20].map((failures) => judge([part(failures, 20, few)]).isAlarming)).toEqual([false, false, true]);
});

test('what one day of seven was like is not alarming, and as much is where all seven were alike', () => {
  expect(judge([part(40, 100, even(100, 6))]).isAlarming).toBe(true);
  expect(judge([part(40, 100, days(100, [1, 0, 1, 38, 0, 1, 1]))]).isAlarming).toBe(false);
});

test('another mixture of the same runs is not alarming', () => {
  const [good, bad] = [even(900, 1), even(100, 30)];
  expect(judge([part(90, 300, bad)]).isAlarming).toBe(false);
  expect(judge([part(0, 30, good), part(90, 300, bad)]).isAlarming).toBe(false);
  expect(judge([part(90, 300, good), part(0, 30, bad)]).isAlarming).toBe(true);
});
