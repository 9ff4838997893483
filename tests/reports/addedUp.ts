import { expect } from '@jest/globals';
import { addDays, daysDownFrom } from '../../src/events/day.ts';
import type { OperationRuns, OperationUsage, UsageReport } from '../../src/reports/usageReport.ts';
import type { Surface } from '../../src/schema/closedLists.ts';
import type { TelemetryEvent } from '../../src/schema/eventFields.ts';
import { TODAY } from '../support/madeReports.ts';
import type { Seeded } from '../support/seedEvents.ts';

/** A report that was asked for on {@link TODAY}. */
interface Asked {
  readonly days: number;
  readonly surface?: Surface | undefined;
  readonly retentionDays: number;
}

/** The numbers of a report, added up from one event after the other: what `comparable` gives must equal them. */
export function addUp({ events, losses }: Seeded, { days, surface, retentionDays }: Asked): object {
  const ofSurface = events.filter((event) => surface === undefined || event.surface === surface);
  const within = (newest: number, oldest: number): TelemetryEvent[] =>
    ofSurface.filter(({ dayBucket }) => dayBucket >= addDays(TODAY, -oldest) && dayBucket <= addDays(TODAY, -newest));
  const from = addDays(TODAY, -days);
  const [seen, earlier, ofToday] = [within(1, days), within(days + 1, 2 * days), within(0, 0)];
  const oldest = events.map(({ dayBucket }) => dayBucket).toSorted()[0] ?? '';
  const noPrevious = 2 * days > retentionDays - 1 ? 'not_kept' : oldest > addDays(from, -days) ? 'not_recorded' : null;
  const listed = daysDownFrom(addDays(TODAY, -1), from);
  const daily = (rows: readonly TelemetryEvent[]): { day: string; rows: TelemetryEvent[] }[] =>
    listed.map((day) => ({ day, rows: rows.filter(({ dayBucket }) => dayBucket === day) }));
  const lost = (reason: string): number =>
    losses.filter(({ dayBucket, reason: why }) => dayBucket >= from && why === reason).reduce((sum, { count }) => sum + count, 0);
  const named = noPrevious === null ? [...seen, ...earlier] : seen;
  return {
    days,
    surface: surface ?? null,
    ...periodOf(seen, from, addDays(TODAY, -1)),
    today: periodOf(ofToday, TODAY, TODAY),
    previous: noPrevious === null ? periodOf(earlier, addDays(from, -days), addDays(from, -1)) : null,
    noPrevious,
    features: groupBy(named, operationOf).map(([name]) => {
      const ofOne = (rows: readonly TelemetryEvent[]): TelemetryEvent[] => rows.filter((event) => operationOf(event) === name);
      const [where, feature, operation] = name.split('.');
      const rows = ofOne(seen);
      return {
        surface: where,
        feature,
        operation,
        ...told(rows),
        today: told(ofOne(ofToday)),
        daily: daily(rows).map(({ day, rows: ofDay }) => ({ day, invokes: Math.round(weigh(ofDay, 'invoke')), ...countsOf(ofDay) })),
        previous: noPrevious === null ? runsOf(ofOne(earlier)) : null
      };
    }),
    featureTotals: groupBy(named, ({ surface: where, feature }) => `${where}.${feature}`).map(([name]) => {
      const rows = seen.filter((event) => `${event.surface}.${event.feature}` === name);
      const [where, feature] = name.split('.');
      return { surface: where, feature, invokes: Math.round(weigh(rows, 'invoke')), ...endsOf(rows) };
    }),
    reach: groupBy(
      named.filter(({ guildHash }) => guildHash !== null),
      ({ surface: where, feature }) => `${where}.${feature}`
    ).map(([name]) => {
      const ofOne = (rows: readonly TelemetryEvent[]): unknown =>
        guildsOf(rows.filter((event) => `${event.surface}.${event.feature}` === name));
      const [where, feature] = name.split('.');
      return { surface: where, feature, guilds: ofOne(seen), previousGuilds: noPrevious === null ? ofOne(earlier) : null };
    }),
    unused: null,
    listenerErrors: [],
    daily: daily(seen).map(({ day, rows }) => ({ day, events: Math.round(weigh(rows)), ...countsOf(rows) })),
    providerDays: daily(seen).flatMap(({ day, rows }) => providersOf(rows).map((one) => ({ day, ...one }))),
    errorDays: daily(seen).flatMap(({ day, rows }) => errorsOf(rows, false).map((one) => ({ day, ...one }))),
    quality: {
      sampleRates: [...new Set([...seen, ...ofToday].map(({ sampleRate }) => sampleRate))].toSorted((a, b) => a - b),
      dropped: lost('queue_full'),
      refused: lost('refused'),
      unwritten: lost('unwritten'),
      lossesMayBeMissing: false,
      future: Math.round(weigh(ofSurface.filter((event) => event.dayBucket > TODAY))),
      unfinished: Math.max(0, Math.round(weigh(seen, 'invoke') - weigh(seen, 'success') - weigh(seen, 'failure'))),
      notKept: Math.max(0, days - retentionDays + 1),
      lastWriteDay:
        [...seen, ...ofToday]
          .map(({ dayBucket }) => dayBucket)
          .toSorted()
          .at(-1) ?? null
    }
  };
}

/** The report with its lists in the order of the names, without percentiles and without what is tested by itself: the changes. */
export function comparable(report: UsageReport): object {
  return {
    ...report,
    ...sorted(report),
    change: undefined,
    today: report.today && { ...report.today, ...sorted(report.today) },
    previous: report.previous && { ...report.previous, ...sorted(report.previous) },
    features: byName(report.features, nameOf).map((row) => ({
      ...row,
      change: undefined,
      ...sortedRuns(row),
      today: row.today && { ...row.today, ...sortedRuns(row.today) },
      previous: row.previous && { ...row.previous, ...NO_PERCENTILES }
    })),
    featureTotals: byName(report.featureTotals, ({ surface, feature }) => `${surface}.${feature}`),
    reach: byName(report.reach, ({ surface, feature }) => `${surface}.${feature}`),
    providerDays: report.daily.flatMap(({ day }) =>
      byName(
        report.providerDays.filter((one) => one.day === day),
        ({ provider }) => provider
      )
    ),
    errorDays: report.daily.flatMap(({ day }) =>
      byName(
        report.errorDays.filter((one) => one.day === day),
        ({ errorType, status }) => `${errorType}.${status}`
      )
    )
  };
}

const NO_PERCENTILES = { p50Ms: undefined, p95Ms: undefined } as const;

function sorted({ providers, errors }: Pick<UsageReport, 'providers' | 'errors'>): object {
  return {
    ...NO_PERCENTILES,
    providers: byName(providers, ({ provider }) => provider),
    errors: byName(errors, ({ errorType, status }) => `${errorType}.${status}`)
  };
}

function sortedRuns({ providers, errors }: OperationRuns): object {
  return {
    ...NO_PERCENTILES,
    errors: byName(errors, ({ errorType, status, provider }) => `${errorType}.${status}.${provider ?? ''}`),
    providers: byName(providers, ({ provider }) => provider)
  };
}

/** How many these events are, each of which stands for 1 / sample rate of them. */
export function weigh(events: readonly TelemetryEvent[], action?: string): number {
  return events.filter((event) => action === undefined || event.action === action).reduce((sum, { sampleRate }) => sum + 1 / sampleRate, 0);
}

/** The operation of an event, as `discord.generator.preset`. */
export function operationOf({ eventName }: TelemetryEvent): string {
  return eventName.slice(0, eventName.lastIndexOf('.'));
}

/** The same of a row of a report. */
export function nameOf({ surface, feature, operation }: Pick<OperationUsage, 'surface' | 'feature' | 'operation'>): string {
  return `${surface}.${feature}.${operation}`;
}

function periodOf(rows: readonly TelemetryEvent[], from: string, to: string): object {
  const { invokes, successes, failures, successRate, ...speed } = runsOf(rows);
  return {
    from,
    to,
    events: Math.round(weigh(rows)),
    invokes,
    outcomes: { successes, failures, successRate },
    activeGuilds: guildsOf(rows),
    ...speed,
    providers: providersOf(rows),
    errors: errorsOf(rows, false)
  };
}

function runsOf(rows: readonly TelemetryEvent[]) {
  const timed = rows.filter(({ durationMs }) => durationMs !== null);
  const slow = timed.filter(({ durationMs }) => Number(durationMs) > 3000);
  return {
    invokes: Math.round(weigh(rows, 'invoke')),
    ...endsOf(rows),
    ...NO_PERCENTILES,
    slowShare: timed.length === 0 ? null : expect.closeTo(weigh(slow) / weigh(timed), 10)
  };
}

/** What is told of an operation, in the period and today so far. */
function told(rows: readonly TelemetryEvent[]): object {
  return { ...runsOf(rows), errors: errorsOf(rows, true), providers: providersOf(rows) };
}

function guildsOf(rows: readonly TelemetryEvent[]): number | string {
  const guilds = new Set(rows.flatMap(({ guildHash }) => guildHash ?? [])).size;
  return guilds < 5 ? 'fewer than 5' : Math.floor(guilds / 5) * 5;
}

function providersOf(rows: readonly TelemetryEvent[]): object[] {
  return groupBy(
    rows.filter(({ provider, action }) => provider !== null && action !== 'invoke'),
    ({ provider }) => String(provider)
  ).map(([provider, ofOne]) => ({ provider, runs: Math.round(weigh(ofOne)), ...endsOf(ofOne) }));
}

function errorsOf(rows: readonly TelemetryEvent[], withProvider: boolean): object[] {
  return groupBy(
    rows.filter(({ errorType }) => errorType !== null),
    ({ errorType, status, provider }) => `${errorType}.${status}${withProvider ? `.${provider ?? ''}` : ''}`
  ).map(([, ofOne]) => {
    const { errorType, status, provider } = ofOne[0] as TelemetryEvent;
    return { errorType, status, ...(withProvider && { provider }), count: Math.round(weigh(ofOne)) };
  });
}

function countsOf(events: readonly TelemetryEvent[]): { successes: number; failures: number } {
  return { successes: Math.round(weigh(events, 'success')), failures: Math.round(weigh(events, 'failure')) };
}

function endsOf(events: readonly TelemetryEvent[]): { successes: number; failures: number; successRate: unknown } {
  const [successes, failures] = [weigh(events, 'success'), weigh(events, 'failure')];
  const rate = successes + failures === 0 ? null : expect.closeTo(successes / (successes + failures), 10);
  return { ...countsOf(events), successRate: rate };
}

function groupBy<T>(rows: readonly T[], key: (row: T) => string): [string, T[]][] {
  return [...Map.groupBy(rows, key)].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function byName<T>(rows: readonly T[], name: (row: T) => string): T[] {
  return groupBy(rows, name).flatMap(([, group]) => group);
}
