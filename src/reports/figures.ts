import { noRuns, percentile, shareOver, type BucketCounts } from '../events/durationBuckets.ts';
import { LISTENER_ERROR } from '../events/names.ts';
import type { EventDurations, Span } from '../store/store.ts';
import type { ErrorUsage, GuildCount, OperationError, Outcomes, PeriodFigures, ProviderUsage, Speed } from './usageReport.ts';
import { byText, EventNames, inSlices, tallyOf, type UsageRow } from './usageRows.ts';

/** A number of guilds is told in steps of this many: of exact ones, two reports would tell by subtraction what one conceals. */
const GUILD_STEP = 5;
/** Discord waits so long for a first answer. */
const SLOW_MS = 3_000;

/** What was counted in a period. */
interface CountedPeriod {
  readonly span: Span;
  /** Of runs. */
  readonly rows: readonly UsageRow[];
  /** Those of errors of listeners too. */
  readonly allRows: readonly UsageRow[];
  readonly guilds: number;
  readonly buckets: OperationBuckets;
}

/** What is told of a period as a whole; in steps. */
export function* periodFigures({ span: { from, to }, rows, allRows, guilds, buckets }: CountedPeriod): Generator<void, PeriodFigures> {
  const speed = speedOf(sumOf(buckets.values()));
  yield;
  const providers = providersOf(rows);
  yield;
  const errors = errorsOf(rows);
  yield;
  return {
    from,
    to,
    events: Math.round(eventsOf(allRows)),
    invokes: Math.round(tallyOf(rows).invoke),
    outcomes: outcomesOf(rows),
    activeGuilds: approximately(guilds),
    ...speed,
    providers,
    errors
  };
}

/** Errors of listeners are none of runs. */
export function isOfRun({ feature }: Pick<UsageRow, 'feature'>): boolean {
  return feature !== LISTENER_ERROR;
}

export function outcomesOf(rows: readonly UsageRow[]): Outcomes {
  const { success, failure } = tallyOf(rows);
  const ended = success + failure;
  return { successes: Math.round(success), failures: Math.round(failure), successRate: ended === 0 ? null : success / ended };
}

/** How many events there are, whatever their stage. */
export function eventsOf(rows: readonly UsageRow[]): number {
  const { invoke, success, failure } = tallyOf(rows);
  return invoke + success + failure;
}

export function providersOf(rows: readonly UsageRow[]): ProviderUsage[] {
  const ended = rows.filter(({ provider, action }) => provider !== null && action !== 'invoke');
  return [...Map.groupBy(ended, ({ provider }) => provider ?? '')]
    .map(([provider, ofOne]) => ({ provider, runs: Math.round(eventsOf(ofOne)), ...outcomesOf(ofOne) }))
    .toSorted((a, b) => b.runs - a.runs || byText(a.provider, b.provider));
}

export function errorsOf(rows: readonly UsageRow[]): ErrorUsage[] {
  return errorGroups(rows, ({ errorType, status }) => `${errorType} ${status}`).map(({ errorType, status, count }) => ({
    errorType,
    status,
    count
  }));
}

/** The same, and each provider apart. */
export function operationErrorsOf(rows: readonly UsageRow[]): OperationError[] {
  return errorGroups(rows, ({ errorType, status, provider }) => `${errorType} ${status} ${provider ?? ''}`);
}

function errorGroups(rows: readonly UsageRow[], key: (row: UsageRow) => string): OperationError[] {
  const failed = rows.filter(({ errorType }) => errorType !== null);
  return [...Map.groupBy(failed, key)]
    .flatMap(([name, ofOne]) =>
      ofOne.slice(0, 1).map(({ errorType, status, provider }) => ({
        name,
        error: { errorType: errorType ?? '', status, provider, count: Math.round(eventsOf(ofOne)) }
      }))
    )
    .toSorted((a, b) => b.error.count - a.error.count || byText(a.name, b.name))
    .map(({ error }) => error);
}

export function speedOf(buckets: BucketCounts): Speed {
  return { p50Ms: percentile(buckets, 0.5), p95Ms: percentile(buckets, 0.95), slowShare: shareOver(buckets, SLOW_MS) };
}

/** How many runs of each operation, by its name, each bucket holds, weighted by sampling. */
export type OperationBuckets = ReadonlyMap<string, BucketCounts>;

/** In steps. */
export function* bucketsByOperation(durations: Iterable<EventDurations>): Generator<void, OperationBuckets> {
  const names = new EventNames();
  const operations = new Map<string, BucketCounts>();
  yield* inSlices(durations, ({ eventName, sampleRate, buckets }) => {
    const { operationName } = names.parse(eventName);
    const sum = operations.get(operationName) ?? noRuns();
    operations.set(operationName, sum);
    addTo(sum, buckets, sampleRate);
  });
  return operations;
}

function sumOf(all: Iterable<BucketCounts>): BucketCounts {
  const sum = noRuns();
  for (const buckets of all) addTo(sum, buckets);
  return sum;
}

/** Adds the counts of each bucket, scaled up from sampling. */
function addTo(sum: BucketCounts, buckets: BucketCounts, sampleRate = 1): void {
  for (let bucket = 0; bucket < sum.length; bucket += 1) sum[bucket] = (sum[bucket] as number) + (buckets[bucket] as number) / sampleRate;
}

export function approximately(guilds: number): GuildCount {
  return guilds < GUILD_STEP ? 'fewer than 5' : guilds - (guilds % GUILD_STEP);
}
