import { percentile, shareOver, type BucketCounts } from '../events/durationBuckets.ts';
import { LISTENER_ERROR } from '../events/names.ts';
import type { Surface } from '../schema/closedLists.ts';
import { parseEventName } from '../schema/eventName.ts';
import type { EventCount, LossCount, Usage } from '../store/store.ts';
import type { ErrorUsage, ListenerErrors, OperationUsage, Outcomes, Speed, UsageReport } from './usageReport.ts';

/** A number of active guilds is told in steps of this many: of exact ones, two reports would tell by subtraction what one conceals. */
const GUILD_STEP = 5;
/** Discord takes a first answer for so long. */
const SLOW_MS = 3_000;

interface Tally {
  invoke: number;
  success: number;
  failure: number;
  /** Events of listeners' errors, which are none of runs. */
  apart: number;
}

/** What a report is built from. */
interface ReportSource {
  /** The newest first; the first is today. */
  readonly days: readonly string[];
  readonly usage: Usage;
  readonly losses: readonly LossCount[];
  readonly lossesMayBeMissing?: boolean;
  readonly surface: Surface | undefined;
}

/** Puts a report together from what was counted. */
export function buildReport({ days, usage, losses, lossesMayBeMissing = false, surface }: ReportSource): UsageReport {
  const today = days[0] ?? '';
  const total = newTally();
  const operations = new Map<string, Tally>();
  const providers = new Map<string, Tally>();
  const byDay = new Map<string, Tally>();
  const errors = new Map<string, ErrorUsage>();
  const listenerErrors = new Map<string, ListenerErrors>();
  const rates = new Set<number>();
  for (const row of usage.counts) {
    const { operationName, feature, operation, action } = parseEventName(row.eventName);
    const weight = row.count / row.sampleRate;
    const day = getOrInsert(byDay, row.day, newTally);
    rates.add(row.sampleRate);
    if (feature === LISTENER_ERROR) {
      for (const tally of [total, day]) tally.apart += weight;
      addListenerError(listenerErrors, operation, row, weight);
      continue;
    }
    for (const tally of [total, day, getOrInsert(operations, operationName, newTally)]) tally[action] += weight;
    if (row.provider !== null && action !== 'invoke') getOrInsert(providers, row.provider, newTally)[action] += weight;
    addError(errors, row, weight);
  }
  const daily = days.map((day) => ({ day, tally: byDay.get(day) ?? newTally() }));
  const unfinished = daily
    .filter(({ day }) => day < today)
    .reduce((sum, { tally }) => sum + Math.max(0, tally.invoke - tally.success - tally.failure), 0);
  const durations = durationsOf(usage);
  return {
    days: days.length,
    from: days.at(-1) ?? '',
    to: today,
    surface: surface ?? null,
    events: Math.round(eventsOf(total)),
    invokes: Math.round(total.invoke),
    outcomes: outcomesOf(total),
    activeGuilds: approximately(usage.guilds),
    ...speedOf(add(durations.values())),
    today: null,
    previous: null,
    noPrevious: 'not_kept',
    change: null,
    reach: [],
    unused: null,
    providerDays: [],
    errorDays: [],
    features: [...operations]
      .map(([name, tally]) => operationUsage(name, tally, usage.counts, days, durations.get(name)))
      .toSorted((a, b) => b.invokes - a.invokes || byText(a.operation, b.operation)),
    providers: [...providers]
      .map(([provider, tally]) => ({ provider, ...outcomesOf(tally) }))
      .toSorted((a, b) => b.successes + b.failures - a.successes - a.failures || byText(a.provider, b.provider)),
    errors: [...errors.values()]
      .map((error) => ({ ...error, count: Math.round(error.count) }))
      .toSorted((a, b) => b.count - a.count || byText(a.errorType, b.errorType)),
    listenerErrors: [...listenerErrors.values()]
      .map((error) => ({ ...error, count: Math.round(error.count) }))
      .toSorted((a, b) => b.count - a.count || byText(a.listener, b.listener) || byText(a.errorType, b.errorType)),
    daily: daily.map(({ day, tally }) => ({
      day,
      events: Math.round(eventsOf(tally)),
      successes: Math.round(tally.success),
      failures: Math.round(tally.failure)
    })),
    quality: {
      sampleRates: [...rates].toSorted((a, b) => a - b),
      dropped: sumOf(losses, 'queue_full'),
      refused: sumOf(losses, 'refused'),
      unwritten: sumOf(losses, 'unwritten'),
      lossesMayBeMissing,
      future: Math.round(usage.later),
      unfinished: Math.round(unfinished),
      notKept: 0,
      lastWriteDay: days.find((day) => byDay.has(day)) ?? null
    }
  };
}

function durationsOf({ durations: rows }: Usage): Map<string, Map<number, number>> {
  const durations = new Map<string, Map<number, number>>();
  for (const { eventName, bucket, sampleRate, count } of rows) {
    const buckets = getOrInsert(durations, parseEventName(eventName).operationName, () => new Map<number, number>());
    buckets.set(bucket, (buckets.get(bucket) ?? 0) + count / sampleRate);
  }
  return durations;
}

function operationUsage(
  name: string,
  tally: Tally,
  counts: readonly EventCount[],
  days: readonly string[],
  buckets: BucketCounts = new Map()
): OperationUsage {
  const { surface, feature, operation } = parseEventName(name);
  const errors = new Map<string, OperationUsage['errors'][number]>();
  const providers = new Map<string, Tally>();
  const byDay = new Map(days.map((day) => [day, newTally()]));
  for (const { eventName, day, provider, errorType, status, count, sampleRate } of counts) {
    const parts = parseEventName(eventName);
    if (parts.operationName !== name) continue;
    const weight = count / sampleRate;
    getOrInsert(byDay, day, newTally)[parts.action] += weight;
    if (provider !== null && parts.action !== 'invoke') getOrInsert(providers, provider, newTally)[parts.action] += weight;
    const key = `${errorType} ${status} ${provider}`;
    if (errorType !== null) errors.set(key, { errorType, status, provider, count: (errors.get(key)?.count ?? 0) + weight });
  }
  return {
    surface,
    feature,
    operation,
    invokes: Math.round(tally.invoke),
    ...outcomesOf(tally),
    ...speedOf(buckets),
    errors: [...errors.values()].map((error) => ({ ...error, count: Math.round(error.count) })).toSorted((a, b) => b.count - a.count),
    providers: [...providers].map(([provider, one]) => ({ provider, ...outcomesOf(one) })),
    daily: [...byDay].map(([day, one]) => ({
      day,
      invokes: Math.round(one.invoke),
      successes: Math.round(one.success),
      failures: Math.round(one.failure)
    })),
    previous: null,
    change: null
  };
}

function speedOf(buckets: BucketCounts): Speed {
  return { p50Ms: percentile(buckets, 0.5), p95Ms: percentile(buckets, 0.95), slowShare: shareOver(buckets, SLOW_MS) };
}

function add(all: Iterable<BucketCounts>): BucketCounts {
  const sum = new Map<number, number>();
  for (const buckets of all) for (const [bucket, count] of buckets) sum.set(bucket, (sum.get(bucket) ?? 0) + count);
  return sum;
}

function addError(errors: Map<string, ErrorUsage>, { errorType, status }: EventCount, weight: number): void {
  if (errorType === null) return;
  const key = `${errorType} ${status}`;
  errors.set(key, { errorType, status, count: (errors.get(key)?.count ?? 0) + weight });
}

function addListenerError(errors: Map<string, ListenerErrors>, listener: string, row: EventCount, weight: number): void {
  const { errorType, status } = row;
  if (errorType === null) return;
  const key = `${listener} ${errorType} ${status}`;
  errors.set(key, { listener, errorType, status, count: (errors.get(key)?.count ?? 0) + weight });
}

function outcomesOf({ success, failure }: Tally): Outcomes {
  const ended = success + failure;
  return { successes: Math.round(success), failures: Math.round(failure), successRate: ended === 0 ? null : success / ended };
}

function approximately(guilds: number): UsageReport['activeGuilds'] {
  return guilds < GUILD_STEP ? 'fewer than 5' : guilds - (guilds % GUILD_STEP);
}

function sumOf(losses: readonly LossCount[], reason: string): number {
  return losses.filter((loss) => loss.reason === reason).reduce((sum, { count }) => sum + count, 0);
}

function newTally(): Tally {
  return { invoke: 0, success: 0, failure: 0, apart: 0 };
}

function eventsOf({ invoke, success, failure, apart }: Tally): number {
  return invoke + success + failure + apart;
}

function byText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** The value of `key`, which `make` makes where there is none yet. */
function getOrInsert<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}
