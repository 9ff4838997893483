import { describe, expect, test } from '@jest/globals';
import { axisMarks } from '../../src/render/axis.ts';
import { overviewOf, type Card } from '../../src/render/overview.ts';
import type { Change, NoPrevious, PeriodFigures, UsageReport } from '../../src/reports/usageReport.ts';
import { reportFrom } from '../support/madeReports.ts';
import { figures } from './lookedAt.ts';

const NONE = { successes: 0, failures: 0, successRate: null };

interface Case {
  readonly now?: Partial<PeriodFigures>;
  readonly before: Partial<PeriodFigures>;
  readonly invokes?: Partial<Change>;
  readonly failureRate?: Partial<Change>;
}

function comparisons({ now, before, invokes, failureRate }: Case): (Card['comparison'] | undefined)[] {
  const small = { ratio: 0, isNotable: false };
  const change = { invokes: { ...small, ...invokes }, failureRate: { ...small, ...failureRate } };
  const report: UsageReport = { ...reportFrom([]), ...figures(now), previous: figures(before), noPrevious: null, change };
  return overviewOf(report, 0).cards.map(({ comparison }) => comparison);
}

const texts = (one: Case): (string | undefined)[] => comparisons(one).map((comparison) => comparison?.text);

describe('the headline figures', () => {
  test('say how far each has moved, and whether that is more than chance', () => {
    expect(
      comparisons({
        now: { invokes: 125, outcomes: { successes: 80, failures: 20, successRate: 0.8 }, activeGuilds: 20, p95Ms: 400 },
        before: {},
        invokes: { ratio: 0.25, isNotable: true },
        failureRate: { ratio: 1, isNotable: true }
      })
    ).toEqual([
      { arrow: '▲', text: '▲ 25% from 100', verdict: 'notable' },
      { arrow: '▼', text: '▼ from 90.0%', verdict: 'worse' },
      { arrow: '▼', text: '▼ from 900 ms', verdict: null },
      { arrow: '▲', text: '▲ from ≥ 15', verdict: null }
    ]);
  });

  test('are right where there was nothing before, is nothing now, is nothing at all, and where nothing has moved', () => {
    const empty = { invokes: 0, outcomes: NONE, activeGuilds: 'fewer than 5', p95Ms: null } as const;
    const unknown = { ratio: null };
    expect(texts({ before: empty, invokes: unknown, failureRate: unknown })).toEqual([
      'none before',
      'none before',
      'none before',
      '▲ from < 5'
    ]);
    expect(texts({ now: empty, before: {}, invokes: { ratio: -1 }, failureRate: unknown })).toEqual([
      '▼ 100% from 100',
      '90.0% before',
      '900 ms before',
      '▼ from ≥ 15'
    ]);
    expect(texts({ now: empty, before: empty, invokes: unknown, failureRate: unknown })).toEqual([
      'as before',
      'none before',
      'none before',
      'as before'
    ]);
    expect(texts({ before: {} })).toEqual(['as before', 'as before', 'as before', 'as before']);
  });

  test('are compared with nothing where there is nothing to compare with, and the reason is told', () => {
    const reasons: NoPrevious[] = ['not_kept', 'not_recorded', 'today'];
    const told = reasons.map((noPrevious) => overviewOf({ ...reportFrom([]), previous: null, noPrevious }, 0).compared);
    expect(new Set(told).size).toBe(reasons.length);
    expect(overviewOf({ ...reportFrom([]), previous: null }, 0).cards.map(({ comparison }) => comparison)).toEqual([
      null,
      null,
      null,
      null
    ]);
  });
});

test('the marks of an axis are few, whole, evenly spaced from 0, and none is far above what is shown', () => {
  for (const most of [1, 2, 3, 4, 5, 7, 9, 10, 11, 19, 42, 99, 100, 101, 999, 12_345, 987_654_321]) {
    const marks = axisMarks(most);
    const [, step = 0] = marks;
    expect(marks).toEqual(marks.map((_, index) => index * step));
    expect(Number.isInteger(step)).toBe(true);
    expect(marks.length).toBeLessThanOrEqual(6);
    expect(marks.at(-1)).toBeGreaterThanOrEqual(most);
    expect((marks.at(-1) ?? 0) - step).toBeLessThan(most);
  }
});
