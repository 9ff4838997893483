import { percentile } from '../events/durationBuckets.ts';
import type { Surface } from '../events/dictionary.ts';
import type { EventCount, LossCount, Usage } from '../storage/store.ts';

/** Below this many, the number of active guilds is not told: it could point at one of them. */
export const FEWEST_GUILDS = 5;

/** How runs ended. Weighted by sampling: each stored event counts as 1 / sample rate. */
export interface Outcomes {
  readonly successes: number;
  readonly failures: number;
  /** successes / (successes + failures); `null` while none has ended. */
  readonly successRate: number | null;
}

export interface OperationUsage extends Outcomes {
  readonly surface: string;
  readonly feature: string;
  readonly operation: string;
  readonly invokes: number;
  /** Median and 95th percentile of the runs that were not denied or interrupted, in milliseconds, within 5 %. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
}

export interface ProviderUsage extends Outcomes {
  readonly provider: string;
}

export interface ErrorUsage {
  readonly errorType: string;
  readonly status: string;
  readonly count: number;
}

export interface DailyUsage extends Omit<Outcomes, 'successRate'> {
  readonly day: string;
  readonly events: number;
}

/** How far the numbers can be trusted. */
export interface ReportQuality {
  /** The sampling rates in force during these days. */
  readonly sampleRates: readonly number[];
  /** Events lost because a queue was full. */
  readonly dropped: number;
  /** Events that the database would not take. */
  readonly refused: number;
  /** Runs of past days without an end: a process died while they ran. */
  readonly unfinished: number;
  /** The newest of these days on which anything was recorded. */
  readonly lastWriteDay: string | null;
}

/** What was used, how often it failed and how fast it was. The embed, the text, the CSV and the JSON are renderings of it. */
export interface UsageReport {
  readonly days: number;
  readonly from: string;
  readonly to: string;
  readonly surface: Surface | null;
  readonly events: number;
  readonly invokes: number;
  readonly outcomes: Outcomes;
  /** Guilds in which anything was recorded, never scaled by sampling. */
  readonly activeGuilds: number | 'fewer than 5';
  /** By number of invokes, the most used first. */
  readonly features: readonly OperationUsage[];
  readonly providers: readonly ProviderUsage[];
  readonly errors: readonly ErrorUsage[];
  /** The newest day first. */
  readonly daily: readonly DailyUsage[];
  readonly quality: ReportQuality;
}

interface Tally {
  invoke: number;
  success: number;
  failure: number;
}

interface Source {
  /** The newest first; the first is today. */
  readonly days: readonly string[];
  readonly usage: Usage;
  readonly losses: readonly LossCount[];
  readonly surface: Surface | undefined;
}

/** Puts a report together from what was counted. */
export function usageReport({ days, usage, losses, surface }: Source): UsageReport {
  const today = days[0] ?? '';
  const total = newTally();
  const operations = new Map<string, Tally>();
  const providers = new Map<string, Tally>();
  const byDay = new Map<string, Tally>();
  const errors = new Map<string, ErrorUsage>();
  const rates = new Set<number>();
  for (const row of usage.counts) {
    const { operation, action } = split(row.eventName);
    const weight = row.count / row.sampleRate;
    for (const tally of [total, entry(byDay, row.day, newTally), entry(operations, operation, newTally)]) tally[action] += weight;
    if (row.provider !== null && action !== 'invoke') entry(providers, row.provider, newTally)[action] += weight;
    addError(errors, row, weight);
    rates.add(row.sampleRate);
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
    activeGuilds: usage.guilds < FEWEST_GUILDS ? 'fewer than 5' : usage.guilds,
    features: [...operations]
      .map(([name, tally]) => operationUsage(name, tally, durations.get(name)))
      .toSorted((a, b) => b.invokes - a.invokes || byText(a.operation, b.operation)),
    providers: [...providers]
      .map(([provider, tally]) => ({ provider, ...outcomesOf(tally) }))
      .toSorted((a, b) => b.successes + b.failures - a.successes - a.failures || byText(a.provider, b.provider)),
    errors: [...errors.values()]
      .map((error) => ({ ...error, count: Math.round(error.count) }))
      .toSorted((a, b) => b.count - a.count || byText(a.errorType, b.errorType)),
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
      unfinished: Math.round(unfinished),
      lastWriteDay: days.find((day) => byDay.has(day)) ?? null
    }
  };
}

/** `discord.generator.preset.invoke` → the operation `discord.generator.preset` and the action `invoke`. No segment holds a dot. */
function split(eventName: string): { operation: string; action: keyof Tally } {
  const dot = eventName.lastIndexOf('.');
  return { operation: eventName.slice(0, dot), action: eventName.slice(dot + 1) as keyof Tally };
}

function durationsOf({ durations: rows }: Usage): Map<string, Map<number, number>> {
  const durations = new Map<string, Map<number, number>>();
  for (const { eventName, bucket, sampleRate, count } of rows) {
    const buckets = entry(durations, split(eventName).operation, () => new Map<number, number>());
    buckets.set(bucket, (buckets.get(bucket) ?? 0) + count / sampleRate);
  }
  return durations;
}

function operationUsage(name: string, tally: Tally, buckets: ReadonlyMap<number, number> = new Map()): OperationUsage {
  const [surface = '', feature = '', operation = ''] = name.split('.');
  return {
    surface,
    feature,
    operation,
    invokes: Math.round(tally.invoke),
    ...outcomesOf(tally),
    p50Ms: percentile(buckets, 0.5),
    p95Ms: percentile(buckets, 0.95)
  };
}

function addError(errors: Map<string, ErrorUsage>, { errorType, status }: EventCount, weight: number): void {
  if (errorType === null) return;
  const key = `${errorType} ${status}`;
  errors.set(key, { errorType, status, count: (errors.get(key)?.count ?? 0) + weight });
}

function outcomesOf({ success, failure }: Tally): Outcomes {
  const ended = success + failure;
  return { successes: Math.round(success), failures: Math.round(failure), successRate: ended === 0 ? null : success / ended };
}

function sumOf(losses: readonly LossCount[], reason: string): number {
  return losses.filter((loss) => loss.reason === reason).reduce((sum, { count }) => sum + count, 0);
}

function newTally(): Tally {
  return { invoke: 0, success: 0, failure: 0 };
}

function eventsOf({ invoke, success, failure }: Tally): number {
  return invoke + success + failure;
}

function entry<V>(map: Map<string, V>, key: string, make: () => V): V {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}

function byText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
