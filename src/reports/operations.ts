import { noRuns, type BucketCounts } from '../events/durationBuckets.ts';
import { parseEventName } from '../schema/eventName.ts';
import { judgeChanges, type DayCounts } from './change.ts';
import { operationErrorsOf, outcomesOf, providersOf, speedOf, type OperationBuckets } from './figures.ts';
import type { OperationFigures, OperationRuns, OperationUsage, UsageChange } from './usageReport.ts';
import { byText, tallyOf, type Tally, type UsageRow } from './usageRows.ts';

/** The runs of a period. */
export interface PeriodRuns {
  /** The newest first. */
  readonly days: readonly string[];
  readonly rows: readonly UsageRow[];
  readonly buckets: OperationBuckets;
}

/** What an operation is told of: `before` and `today` are `null` where the report has none. */
interface ToldPeriods {
  readonly now: PeriodRuns;
  readonly before: PeriodRuns | null;
  readonly today: PeriodRuns | null;
}

/** Every operation that ran in the period or in the one before; in steps, each of which takes little time. */
export function* operationsOf({ now, before, today }: ToldPeriods): Generator<void, OperationUsage[]> {
  const [runsNow, runsBefore, runsToday] = [byOperation(now), byOperation(before), byOperation(today)];
  const names = [...new Set([...runsNow.keys(), ...runsBefore.keys()])];
  const operations: Omit<OperationUsage, 'change'>[] = [];
  const compared: (readonly [now: DayCounts[], before: DayCounts[]])[] = [];
  for (const name of names) {
    yield;
    const rows = runsNow.get(name) ?? [];
    const tallies = talliesOf(now.days, rows);
    const { surface, feature, operation } = parseEventName(`${name}.`);
    operations.push({
      surface,
      feature,
      operation,
      ...runsOf(rows, now.buckets.get(name)),
      daily: dailyOf(now.days, tallies),
      today: today === null ? null : runsOf(runsToday.get(name) ?? [], today.buckets.get(name)),
      previous: before === null ? null : figuresOf(runsBefore.get(name) ?? [], before.buckets.get(name))
    });
    if (before !== null) compared.push([countsOf(tallies), countsOf(talliesOf(before.days, runsBefore.get(name) ?? []))]);
  }
  yield;
  const changes = judgeChanges(compared);
  return operations
    .map((one, index) => ({ ...one, change: changes[index] ?? null }))
    .toSorted((a, b) => b.invokes - a.invokes || byText(a.operation, b.operation));
}

/** What has changed in all runs together. */
export function changeOf(now: PeriodRuns, before: PeriodRuns | null): UsageChange | null {
  const compared = (period: PeriodRuns): DayCounts[] => countsOf(talliesOf(period.days, period.rows));
  return before === null ? null : (judgeChanges([[compared(now), compared(before)]])[0] ?? null);
}

function byOperation(period: PeriodRuns | null): Map<string, UsageRow[]> {
  return Map.groupBy(period?.rows ?? [], ({ operationName }) => operationName);
}

function runsOf(rows: readonly UsageRow[], buckets: BucketCounts | undefined): OperationRuns {
  return { ...figuresOf(rows, buckets), errors: operationErrorsOf(rows), providers: providersOf(rows) };
}

function figuresOf(rows: readonly UsageRow[], buckets: BucketCounts = noRuns()): OperationFigures {
  return { invokes: Math.round(tallyOf(rows).invoke), ...outcomesOf(rows), ...speedOf(buckets) };
}

function dailyOf(days: readonly string[], tallies: readonly Tally[]): OperationUsage['daily'] {
  return tallies.map(({ invoke, success, failure }, index) => ({
    day: days[index] ?? '',
    invokes: Math.round(invoke),
    successes: Math.round(success),
    failures: Math.round(failure)
  }));
}

function countsOf(tallies: readonly Tally[]): DayCounts[] {
  return tallies.map(({ invoke, success, failure }) => ({ invokes: invoke, ended: success + failure, failures: failure }));
}

function talliesOf(days: readonly string[], rows: readonly UsageRow[]): Tally[] {
  const byDay = Map.groupBy(rows, ({ day }) => day);
  return days.map((day) => tallyOf(byDay.get(day) ?? []));
}
