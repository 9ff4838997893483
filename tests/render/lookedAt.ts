import { addDays } from '../../src/events/day.ts';
import type { PeriodFigures, UsageReport } from '../../src/reports/usageReport.ts';
import { reportOf, TODAY } from '../support/madeReports.ts';

/** Figures of the period before a report. */
export function figures(more: Partial<PeriodFigures> = {}): PeriodFigures {
  return {
    from: '2026-02-01',
    to: '2026-02-07',
    events: 200,
    invokes: 100,
    outcomes: { successes: 90, failures: 10, successRate: 0.9 },
    activeGuilds: 15,
    providers: [],
    errors: [],
    p50Ms: 200,
    p95Ms: 900,
    slowShare: 0.02,
    ...more
  };
}

/** A report with something to see on every day, and a change of everything. */
export function comparedReport({ days = 14, operations = 8, name }: Parameters<typeof reportOf>[0] = {}): UsageReport {
  const made = reportOf({ days, operations, ...(name === undefined ? {} : { name }) });
  const daily = made.daily.map((_, index) => ({
    day: addDays(TODAY, -index),
    events: 2 * (1200 + 7 * index),
    successes: 1200 - 13 * (index % 7),
    failures: 20 * (index % 7)
  }));
  const change = { invokes: { ratio: 0.25, isNotable: true }, failureRate: { ratio: 0.5, isNotable: true } };
  const features = made.features.map((operation, index) => ({
    ...operation,
    invokes: Math.round(9_876_543 / (index + 1)),
    successes: 98,
    failures: index,
    successRate: 98 / (98 + index),
    p50Ms: 120 * (index + 1),
    p95Ms: 800 * (index + 1),
    previous: { invokes: 80, successes: 80, failures: 0, successRate: 1, p50Ms: 1, p95Ms: 2, slowShare: 0 },
    change
  }));
  return { ...made, daily, features, p50Ms: 340, p95Ms: 2_100, slowShare: 0.04, previous: figures(), noPrevious: null, change };
}

/** Names that test what a picture and a page are for: as long as may be, in many scripts, narrow and wide. */
export const HARD_NAMES: Readonly<Record<string, (kind: string, index: number) => string>> = {
  'of 64 wide characters': (_, index) => `${index}`.padEnd(64, 'wm'),
  'of 64 narrow characters': (_, index) => `${index}`.padEnd(64, 'il'),
  'in Cyrillic and Greek': (kind, index) => `жщ_ωμέγα_${kind}_${index}`,
  'in Japanese': (_, index) => `${'デイリー名人戦'.repeat(index + 1).slice(0, 63)}${index}`
};
