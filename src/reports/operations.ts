import type { BucketCounts } from '../events/durationBuckets.ts';
import { parseEventName } from '../schema/eventName.ts';
import type { SpanUsage } from '../store/store.ts';
import { judgeChanges, type DayCounts } from './change.ts';
import { bucketsByOperation, operationErrorsOf, outcomesOf, providersOf, speedOf } from './figures.ts';
import type { OperationFigures, OperationUsage, UsageChange } from './usageReport.ts';
import { byText, weigh, type UsageRow } from './usageRows.ts';

/** The runs of a period. */
export interface PeriodRuns {
  /** The newest first. */
  readonly days: readonly string[];
  readonly rows: readonly UsageRow[];
  readonly usage: SpanUsage;
}

/** Every operation that ran in the period or in the one before. */
export function operationsOf(now: PeriodRuns, before: PeriodRuns | null): OperationUsage[] {
  const [runsNow, runsBefore] = [byOperation(now), byOperation(before)];
  const [bucketsNow, bucketsBefore] = [bucketsByOperation(now.usage), before === null ? new Map() : bucketsByOperation(before.usage)];
  const names = [...new Set([...runsNow.keys(), ...runsBefore.keys()])];
  const changes =
    before === null ? [] : judgeChanges(names.map((name) => [daysOf(now, runsNow.get(name)), daysOf(before, runsBefore.get(name))]));
  return names
    .map((name, index): OperationUsage => {
      const rows = runsNow.get(name) ?? [];
      const { surface, feature, operation } = parseEventName(`${name}.`);
      return {
        surface,
        feature,
        operation,
        ...figuresOf(rows, bucketsNow.get(name)),
        errors: operationErrorsOf(rows),
        providers: providersOf(rows),
        daily: dailyOf(now.days, rows),
        previous: before === null ? null : figuresOf(runsBefore.get(name) ?? [], bucketsBefore.get(name)),
        change: changes[index] ?? null
      };
    })
    .toSorted((a, b) => b.invokes - a.invokes || byText(a.operation, b.operation));
}

/** What has changed in all runs together. */
export function changeOf(now: PeriodRuns, before: PeriodRuns | null): UsageChange | null {
  return before === null ? null : (judgeChanges([[daysOf(now, now.rows), daysOf(before, before.rows)]])[0] ?? null);
}

function byOperation(period: PeriodRuns | null): Map<string, UsageRow[]> {
  return Map.groupBy(period?.rows ?? [], ({ operationName }) => operationName);
}

function figuresOf(rows: readonly UsageRow[], buckets: BucketCounts = new Map()): OperationFigures {
  return { invokes: Math.round(weigh(rows, 'invoke')), ...outcomesOf(rows), ...speedOf(buckets) };
}

function dailyOf(days: readonly string[], rows: readonly UsageRow[]): OperationUsage['daily'] {
  const byDay = Map.groupBy(rows, ({ day }) => day);
  return days.map((day) => {
    const { successes, failures } = outcomesOf(byDay.get(day) ?? []);
    return { day, invokes: Math.round(weigh(byDay.get(day) ?? [], 'invoke')), successes, failures };
  });
}

function daysOf({ days }: PeriodRuns, rows: readonly UsageRow[] = []): DayCounts[] {
  const byDay = Map.groupBy(rows, ({ day }) => day);
  return days.map((day) => {
    const ofDay = byDay.get(day) ?? [];
    const failures = weigh(ofDay, 'failure');
    return { invokes: weigh(ofDay, 'invoke'), ended: weigh(ofDay, 'success') + failures, failures };
  });
}
