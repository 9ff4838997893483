import { expect } from '@jest/globals';
import { daysDownFrom } from '../../src/events/day.ts';
import type { OperationUsage, UsageReport } from '../../src/reports/usageReport.ts';
import type { Surface } from '../../src/schema/closedLists.ts';
import type { TelemetryEvent } from '../../src/schema/eventFields.ts';
import { TODAY } from '../support/madeReports.ts';
import type { Seeded } from '../support/seedEvents.ts';

interface Window {
  readonly from: string;
  readonly surface?: Surface | undefined;
}

/** The numbers of a report, added up from one event after the other: what `withoutPercentiles` gives must equal them. */
export function addUp({ events, losses }: Seeded, { from, surface }: Window): object {
  const within = ({ dayBucket }: { readonly dayBucket: string }): boolean => dayBucket >= from && dayBucket <= TODAY;
  const seen = events.filter((event) => within(event) && (surface === undefined || event.surface === surface));
  const past = seen.filter(({ dayBucket }) => dayBucket < TODAY);
  const guilds = new Set(seen.flatMap(({ guildHash }) => guildHash ?? [])).size;
  const lost = (reason: string): number =>
    losses.filter(({ dayBucket, reason: why }) => dayBucket >= from && why === reason).reduce((sum, { count }) => sum + count, 0);
  const days = daysDownFrom(TODAY, from);
  return {
    days: days.length,
    from,
    to: TODAY,
    surface: surface ?? null,
    events: Math.round(weigh(seen)),
    invokes: Math.round(weigh(seen, 'invoke')),
    outcomes: endsOf(seen),
    activeGuilds: guilds < 5 ? 'fewer than 5' : Math.floor(guilds / 5) * 5,
    features: groupBy(seen, operationOf).map(([name, rows]) => {
      const [where, feature, operation] = name.split('.');
      return {
        surface: where,
        feature,
        operation,
        invokes: Math.round(weigh(rows, 'invoke')),
        ...endsOf(rows),
        p50Ms: undefined,
        p95Ms: undefined
      };
    }),
    providers: groupBy(
      seen.filter(({ provider, action }) => provider !== null && action !== 'invoke'),
      ({ provider }) => String(provider)
    ).map(([provider, rows]) => ({ provider, ...endsOf(rows) })),
    errors: groupBy(
      seen.filter(({ errorType }) => errorType !== null),
      ({ errorType, status }) => `${errorType}.${status}`
    ).map(([name, rows]) => ({ errorType: name.split('.')[0], status: name.split('.')[1], count: Math.round(weigh(rows)) })),
    listenerErrors: [],
    daily: days.map((day) => {
      const rows = seen.filter(({ dayBucket }) => dayBucket === day);
      const { successes, failures } = endsOf(rows);
      return { day, events: Math.round(weigh(rows)), successes, failures };
    }),
    quality: {
      sampleRates: [...new Set(seen.map(({ sampleRate }) => sampleRate))].toSorted((a, b) => a - b),
      dropped: lost('queue_full'),
      refused: lost('refused'),
      unwritten: lost('unwritten'),
      lossesMayBeMissing: false,
      future: Math.round(weigh(events.filter((event) => event.dayBucket > TODAY && (surface === undefined || event.surface === surface)))),
      unfinished: Math.max(0, Math.round(weigh(past, 'invoke') - weigh(past, 'success') - weigh(past, 'failure'))),
      lastWriteDay:
        seen
          .map(({ dayBucket }) => dayBucket)
          .toSorted()
          .at(-1) ?? null
    }
  };
}

/** The report with its lists in the order of the names, and without percentiles. */
export function withoutPercentiles(report: UsageReport): object {
  return {
    ...report,
    features: byName(report.features, nameOf).map((row) => ({ ...row, p50Ms: undefined, p95Ms: undefined })),
    providers: byName(report.providers, ({ provider }) => provider),
    errors: byName(report.errors, ({ errorType, status }) => `${errorType}.${status}`)
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
export function nameOf({ surface, feature, operation }: OperationUsage): string {
  return `${surface}.${feature}.${operation}`;
}

function endsOf(events: readonly TelemetryEvent[]): { successes: number; failures: number; successRate: unknown } {
  const [successes, failures] = [weigh(events, 'success'), weigh(events, 'failure')];
  const rate = successes + failures === 0 ? null : expect.closeTo(successes / (successes + failures), 10);
  return { successes: Math.round(successes), failures: Math.round(failures), successRate: rate };
}

function groupBy<T>(rows: readonly T[], key: (row: T) => string): [string, T[]][] {
  return [...Map.groupBy(rows, key)].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function byName<T>(rows: readonly T[], name: (row: T) => string): T[] {
  return groupBy(rows, name).flatMap(([, group]) => group);
}
