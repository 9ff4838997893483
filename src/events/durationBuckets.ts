/**
 * Durations are counted in logarithmic buckets: bucket `i` holds the durations above GAMMA^(i-1) and up to GAMMA^i milliseconds, bucket 0 the
 * rest. Taking 2·GAMMA^i / (GAMMA + 1) for all of a bucket is wrong by at most 5 % (Masson, Rim, Lee: DDSketch, VLDB 2019, with a relative
 * accuracy of 0.05). Counts of buckets can be weighted and added up, which exact percentiles can't.
 */
const ACCURACY = 0.05;
/** Sums of weights that are the same, in another order, may differ by so much of them. */
const ROUNDING = 1e-12;
const GAMMA = (1 + ACCURACY) / (1 - ACCURACY);

/** How many runs a bucket holds; weighted by sampling, so not always whole. */
export type BucketCounts = ReadonlyMap<number, number>;

/** The SQL expression, the same in PostgreSQL and SQLite, of the bucket of the column `duration_ms`. */
export const BUCKET_SQL = `case when duration_ms < 1 then 0 else ceil(ln(duration_ms) / ${Math.log(GAMMA)}) end`;

/** The `share` percentile (0.5 is the median) in milliseconds, within 5 %; `null` without any run. */
export function percentile(buckets: BucketCounts, share: number): number | null {
  const total = [...buckets.values()].reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let seen = 0;
  let last = 0;
  for (const [bucket, count] of [...buckets].toSorted(([a], [b]) => a - b)) {
    seen += count;
    last = bucket;
    if (seen >= share * total * (1 - ROUNDING)) break;
  }
  return last === 0 ? 1 : Math.round(((2 * GAMMA ** last) / (GAMMA + 1)) * 10) / 10;
}

/** The share of the runs, 0 to 1, that took longer than so many milliseconds, within 5 % of these; `null` without any run. */
export function shareOver(buckets: BucketCounts, ms: number): number | null {
  const total = [...buckets.values()].reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  const last = Math.ceil(Math.log(ms) / Math.log(GAMMA));
  return [...buckets].reduce((sum, [bucket, count]) => (bucket > last ? sum + count : sum), 0) / total;
}
