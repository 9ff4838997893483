import { addDays, daysDownFrom } from '../../src/events/day.ts';
import { buildReport } from '../../src/reports/buildReport.ts';
import type { UsageReport } from '../../src/reports/usageReport.ts';
import type { Surface } from '../../src/schema/closedLists.ts';
import type { EventCount, SpanUsage } from '../../src/store/store.ts';

/** So that a report of seven days goes over the end of a month. */
export const TODAY = '2026-03-03';
const TOMORROW = '2026-03-04';

/** One invoke of today, or what is given. */
export function aCount(more: Partial<EventCount>): EventCount {
  const plain = { day: TODAY, eventName: 'discord.generator.preset.invoke', provider: null, status: 'ok', errorType: null };
  return { ...plain, sampleRate: 1, count: 1, ...more };
}

interface Made {
  readonly days?: number;
  readonly lost?: number;
  readonly future?: number;
  readonly surface?: Surface | undefined;
  /** What can't be added up from day to day. */
  readonly usage?: Partial<SpanUsage>;
  /** The same of the period before: it is compared with where this is given. */
  readonly before?: Partial<SpanUsage>;
}

/** The report, asked for a day later, of what was counted on days up to TODAY, by default on that alone. */
export function reportFrom(
  counts: readonly EventCount[],
  { days = 1, lost = 0, future = 0, surface, usage, before }: Made = {}
): UsageReport {
  const losses = lost === 0 ? [] : [{ day: TODAY, reason: 'queue_full', count: lost }];
  const nothing = { durations: [], guilds: 0, features: [] };
  const spans = [{ ...nothing, ...before }, { ...nothing, ...usage }, nothing];
  const oldestDay = addDays(TODAY, before === undefined ? 0 : -365);
  return buildReport({ today: TOMORROW, days, usage: { counts, spans, future, oldestDay }, losses, surface });
}

/** A report of that size; where it is asked for, today so far was as its last day. */
export function reportOf({
  operations = 3,
  errors = 2,
  providers = 2,
  days = 7,
  count = 7,
  withToday = false,
  name = (kind: string, index: number) => `${kind}_${index}`
} = {}): UsageReport {
  const all = daysDownFrom(TODAY, addDays(TODAY, 1 - days));
  const past = all.slice(1).map((day) => aCount({ day, eventName: 'api.a.b.invoke', sampleRate: 0.25, count }));
  const failed = Array.from({ length: Math.max(operations, errors, providers) }, (_, at) =>
    aCount({
      eventName: `discord.${name('feature', at % operations)}.${name('operation', at % operations)}.failure`,
      provider: name('provider', at % providers),
      status: 'error',
      errorType: name('error', at % errors),
      count: count + at
    })
  );
  const today = withToday ? failed.map((one) => ({ ...one, day: TOMORROW })) : [];
  return reportFrom([...failed, ...past, ...today], { days, lost: count });
}

/** More than any message holds. */
export const HUGE = {
  operations: 500,
  errors: 100,
  providers: 100,
  days: 365,
  count: 123_456_789,
  name: (kind: string, index: number) => `${kind}_${index}_`.padEnd(64, 'x')
};

/** The same use of a provider on each of these surfaces. */
export function reportOn(surfaces: readonly Surface[], surface?: Surface): UsageReport {
  const counts = surfaces.map((one) => aCount({ eventName: `${one}.seed.generate.failure`, provider: 'alttpr', errorType: 'not_found' }));
  return reportFrom(counts, { surface });
}
