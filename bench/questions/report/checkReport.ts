import type { UsageReport } from '../../../src/reports/usageReport.ts';
import { COUNTS, PERCENTILES, type Query } from './plainQueries.ts';

/** As the buckets promise, and half of the last digit that a report shows. */
const ACCURACY = 0.05;
const ROUNDING_MS = 0.05;

type Counted = Readonly<Record<string, number>>;

/**
 * Compares each count of a report with the rows themselves, and each percentile.
 * @returns the largest relative error of a percentile.
 * @throws {Error} when a count differs at all, or a percentile by more than 5 %.
 */
export async function checkReport(report: UsageReport, query: Query): Promise<number> {
  const { from, to, features, providers, errors, daily, activeGuilds } = report;
  const days = { from, to };
  const operation = ({ surface, feature, operation: name }: (typeof features)[number]): string => `${surface}.${feature}.${name}`;
  await same(
    query,
    COUNTS.operations(days),
    features
      .filter(({ invokes }) => invokes > 0)
      .map(({ invokes, successes, failures, ...one }) => [
        operation({ ...one, invokes, successes, failures }),
        { invokes, successes, failures }
      ])
  );
  await same(
    query,
    COUNTS.providers(days),
    providers.map(({ provider, successes, failures }) => [provider, { successes, failures }])
  );
  await same(
    query,
    COUNTS.errors(days),
    errors.map(({ errorType, status, count }) => [`${errorType} ${status}`, { count }])
  );
  const written = daily.filter(({ events }) => events > 0);
  await same(
    query,
    COUNTS.daily(days),
    written.map(({ day, events, successes, failures }) => [day, { events, successes, failures }])
  );
  await same(query, COUNTS.guilds(days), [['all', { guilds: Number(activeGuilds) }]]);

  let worst = 0;
  for (const { name, p50, p95 } of await query(PERCENTILES(days))) {
    const told = features.find((one) => operation(one) === name);
    for (const [exact, shown] of [
      [Number(p50), told?.p50Ms],
      [Number(p95), told?.p95Ms]
    ] as const) {
      if (shown === null || shown === undefined) throw new Error(`The report has no percentile of ${String(name)}`);
      const error = Math.max(0, Math.abs(shown - exact) - ROUNDING_MS) / exact;
      if (error > ACCURACY) throw new Error(`A percentile of ${String(name)} is ${shown} ms instead of ${exact} ms`);
      worst = Math.max(worst, error);
    }
  }
  return worst;
}

async function same(query: Query, statement: string, told: readonly (readonly [name: string, counts: Counted])[]): Promise<void> {
  const rows = await query(statement);
  const lines = (all: readonly (readonly [string, Counted])[]): string =>
    all
      .map(([name, counts]) => `${name} ${Object.values(counts).join(' ')}`)
      .toSorted()
      .join('\n');
  const counted = rows.map(
    ({ name, ...counts }) => [String(name), Object.fromEntries(Object.entries(counts).map(([key, value]) => [key, Number(value)]))] as const
  );
  if (lines(told) !== lines(counted)) throw new Error(`The report differs from the rows:\n${lines(told)}\ninstead of\n${lines(counted)}`);
}
