import { addDays, dayNumber, daysDownFrom } from '../events/day.ts';
import type { PieceRun } from '../events/runDescription.ts';
import type { Surface } from '../schema/closedLists.ts';
import type { LossCount, Span, SpanUsage, Usage } from '../store/store.ts';
import { approximately, bucketsByOperation, errorsOf, eventsOf, isOfRun, outcomesOf, periodFigures, providersOf } from './figures.ts';
import { changeOf, operationsOf, type PeriodRuns } from './operations.ts';
import type {
  DailyUsage,
  FeatureReach,
  FeatureUsage,
  ListenerErrors,
  NoPrevious,
  OperationUsage,
  ReportQuality,
  UsageReport
} from './usageReport.ts';
import { unusedOf } from './unused.ts';
import { byText, rowsByDay, tallyOf, type UsageRow } from './usageRows.ts';

/** What is read for a report of so many days: as many before the period, the period, which ends yesterday, and today. */
export function spansOf(today: string, days: number): readonly [before: Span, period: Span, today: Span] {
  return [
    { from: addDays(today, -2 * days), to: addDays(today, -days - 1) },
    { from: addDays(today, -days), to: addDays(today, -1) },
    { from: today, to: today }
  ];
}

/** What a report is built from. */
interface ReportSource {
  readonly today: string;
  /** How many days are asked for. */
  readonly days: number;
  /** How many are kept, today included. Default: all. */
  readonly retentionDays?: number | undefined;
  /** Of the spans of {@link spansOf}. */
  readonly usage: Usage;
  /** By the day, whichever are known. */
  readonly losses: readonly LossCount[];
  readonly lossesMayBeMissing?: boolean | undefined;
  /** What the bot has that is measured, each by the run that it would have. Default: it is not known. */
  readonly pieces?: readonly PieceRun[] | undefined;
  readonly surface?: Surface | undefined;
}

/** A span, and what was counted in it. */
interface Period extends PeriodRuns, Omit<SpanUsage, 'durations'> {
  readonly span: Span;
  /** Errors of listeners too. */
  readonly allRows: readonly UsageRow[];
}

/** Puts a report together from what was counted. */
export function buildReport(source: ReportSource): UsageReport {
  const steps = reportInSteps(source);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/** The same in steps, between which other work may go on: there may be tens of thousands of counts. */
export function* reportInSteps(source: ReportSource): Generator<void, UsageReport> {
  const { today, usage, pieces, surface } = source;
  const all = yield* rowsByDay(usage.counts);
  const periods: Period[] = [];
  for (const [index, span] of spansOf(today, source.days).entries()) periods.push(yield* periodOf(span, all, usage.spans[index]));
  const [before, asked, ofToday] = periods as [Period, Period, Period];
  const isToday = usage.oldestDay === null || usage.oldestDay >= today;
  const period = isToday ? ofToday : asked;
  const noPrevious = isToday ? 'today' : whyNoPrevious(source, before.span);
  const previous = noPrevious === null ? before : null;
  const features = yield* operationsOf({ now: period, before: previous, today: isToday ? null : ofToday });
  yield;
  const figures = yield* periodFigures(period);
  yield;
  const figuresBefore = previous === null ? null : yield* periodFigures(previous);
  yield;
  const byDay = Map.groupBy(period.rows, ({ day }) => day);
  const eachDay = <Row>(listOf: (rows: readonly UsageRow[]) => readonly Row[]): (Row & { readonly day: string })[] =>
    period.days.flatMap((day) => listOf(byDay.get(day) ?? []).map((row) => ({ day, ...row })));
  const providerDays = eachDay(providersOf);
  yield;
  const errorDays = eachDay(errorsOf);
  yield;
  const featureTotals = featureTotalsOf(period, features);
  yield;
  const daily = dailyOf(period);
  yield;
  const quality = qualityOf(source, period, ofToday);
  yield;
  const figuresOfToday = isToday ? null : yield* periodFigures(ofToday);
  return {
    days: period.days.length,
    surface: surface ?? null,
    ...figures,
    today: figuresOfToday,
    previous: figuresBefore,
    noPrevious,
    change: changeOf(period, previous),
    features,
    featureTotals,
    reach: reachOf(period, previous),
    unused: pieces === undefined ? null : unusedOf(pieces, operationNames(period, ofToday), surface),
    listenerErrors: listenerErrorsOf(period.allRows),
    daily,
    providerDays,
    errorDays,
    quality
  };
}

function* periodOf(
  span: Span,
  byDay: ReadonlyMap<string, readonly UsageRow[]>,
  { durations, ...guilds }: SpanUsage = NOTHING
): Generator<void, Period> {
  const days = daysDownFrom(span.to, span.from);
  const allRows = days.flatMap((day) => byDay.get(day) ?? []);
  yield;
  return { span, days, allRows, rows: allRows.filter(isOfRun), buckets: yield* bucketsByOperation(durations), ...guilds };
}

const NOTHING: SpanUsage = { durations: [], guilds: 0, features: [] };

function featureTotalsOf({ rows }: Period, operations: readonly OperationUsage[]): FeatureUsage[] {
  const byFeature = Map.groupBy(rows, featureName);
  return [...Map.groupBy(operations, featureName)]
    .flatMap(([name, ofOne]) => {
      const ofFeature = byFeature.get(name) ?? [];
      return ofOne.slice(0, 1).map(({ surface, feature }) => ({
        surface,
        feature,
        invokes: Math.round(tallyOf(ofFeature).invoke),
        ...outcomesOf(ofFeature)
      }));
    })
    .toSorted((a, b) => b.invokes - a.invokes);
}

function featureName({ surface, feature }: Pick<OperationUsage, 'surface' | 'feature'>): string {
  return `${surface}.${feature}`;
}

function whyNoPrevious({ days, retentionDays = Infinity, usage: { oldestDay } }: ReportSource, before: Span): NoPrevious | null {
  if (2 * days >= retentionDays) return 'not_kept';
  return oldestDay === null || oldestDay > before.from ? 'not_recorded' : null;
}

function reachOf(period: Period, previous: Period | null): FeatureReach[] {
  const named = Map.groupBy([...period.features, ...(previous?.features ?? [])], featureName);
  return (
    [...named.values()]
      .flatMap((alike) => alike.slice(0, 1))
      .filter(isOfRun)
      .map(({ surface, feature }) => {
        const guildsIn = ({ features }: Period): number =>
          features.find((one) => one.surface === surface && one.feature === feature)?.guilds ?? 0;
        return {
          surface,
          feature,
          guilds: approximately(guildsIn(period)),
          previousGuilds: previous === null ? null : approximately(guildsIn(previous))
        };
      })
      // By what is told alone: the order of exact numbers would tell more.
      .toSorted((a, b) => toNumber(b.guilds) - toNumber(a.guilds) || byText(a.feature, b.feature) || byText(a.surface, b.surface))
  );
}

function toNumber(guilds: FeatureReach['guilds']): number {
  return typeof guilds === 'number' ? guilds : 0;
}

function listenerErrorsOf(rows: readonly UsageRow[]): ListenerErrors[] {
  const failed = rows.filter((row) => !isOfRun(row));
  return [...Map.groupBy(failed, ({ operation }) => operation)]
    .flatMap(([listener, ofOne]) => errorsOf(ofOne).map((error) => ({ listener, ...error })))
    .toSorted((a, b) => b.count - a.count || byText(a.listener, b.listener) || byText(a.errorType, b.errorType));
}

function operationNames(...periods: readonly Period[]): ReadonlySet<string> {
  return new Set(periods.flatMap(({ rows }) => rows.map(({ operationName }) => operationName)));
}

function dailyOf({ days, rows, allRows }: Period): DailyUsage[] {
  const [all, runs] = [Map.groupBy(allRows, ({ day }) => day), Map.groupBy(rows, ({ day }) => day)];
  return days.map((day) => {
    const { successes, failures } = outcomesOf(runs.get(day) ?? []);
    return { day, events: Math.round(eventsOf(all.get(day) ?? [])), successes, failures };
  });
}

function qualityOf(source: ReportSource, { span, days, rows, allRows }: Period, ofToday: Period): ReportQuality {
  const { losses, usage, lossesMayBeMissing = false, retentionDays = Infinity } = source;
  const lost = (reason: string): number =>
    losses.filter((loss) => loss.reason === reason && loss.day >= span.from).reduce((sum, { count }) => sum + count, 0);
  const recorded = [...allRows, ...ofToday.allRows];
  const unfinished = [...Map.groupBy(rows, ({ day }) => day)]
    .filter(([day]) => day < source.today)
    .map(([, ofDay]) => tallyOf(ofDay))
    .reduce((sum, { invoke, success, failure }) => sum + Math.max(0, invoke - success - failure), 0);
  return {
    sampleRates: [...new Set(recorded.map(({ sampleRate }) => sampleRate))].toSorted((a, b) => a - b),
    dropped: lost('queue_full'),
    refused: lost('refused'),
    unwritten: lost('unwritten'),
    lossesMayBeMissing,
    future: Math.round(usage.future),
    unfinished: Math.round(unfinished),
    notKept: days.filter((day) => dayNumber(day) <= dayNumber(source.today) - retentionDays).length,
    lastWriteDay:
      recorded
        .map(({ day }) => day)
        .toSorted()
        .at(-1) ?? null
  };
}
