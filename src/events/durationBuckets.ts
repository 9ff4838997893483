/**
 * Durations are counted in logarithmic buckets: bucket `i` holds the durations above GAMMA^(i-1) and up to GAMMA^i milliseconds, bucket 0 the
 * rest. Taking 2·GAMMA^i / (GAMMA + 1) for all of a bucket is wrong by at most 5 % (Masson, Rim, Lee: DDSketch, VLDB 2019, with a relative
 * accuracy of 0.05). Counts of buckets can be weighted and added up, which exact percentiles can't.
 */
const ACCURACY = 0.05;
/** Sums of weights that are the same, in another order, may differ by so much of them. */
const ROUNDING = 1e-12;
const GAMMA = (1 + ACCURACY) / (1 - ACCURACY);
/** How many buckets there are: more than a day needs. */
export const BUCKETS = 201;
const [COLON, SPACE, ZERO] = [...': 0'].map((character) => character.charCodeAt(0)) as [number, number, number];

/** How many runs each bucket holds; weighted by sampling, so not always whole. */
export type BucketCounts = Float64Array;

/** The SQL expression, the same in PostgreSQL and SQLite, of the bucket of the column `duration_ms`. */
export const BUCKET_SQL = `case when duration_ms < 1 then 0 else ceil(ln(duration_ms) / ${Math.log(GAMMA)}) end`;

export function noRuns(): BucketCounts {
  return new Float64Array(BUCKETS);
}

/** The buckets that hold any, in their order: `57:12 58:3`. */
export function toBucketText(buckets: BucketCounts): string {
  return Array.from(buckets, (count, bucket) => `${bucket}:${count}`)
    .filter((_, bucket) => buckets[bucket] !== 0)
    .join(' ');
}

/** Adds what {@link toBucketText} has written. Character by character: a report reads a hundred thousand counts. */
export function addBucketText(buckets: BucketCounts, text: string): void {
  let bucket = 0;
  let number = 0;
  const add = (): void => void (buckets[bucket] = (buckets[bucket] ?? 0) + number);
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (character === COLON) bucket = number;
    else if (character === SPACE) add();
    number = character === COLON || character === SPACE ? 0 : number * 10 + character - ZERO;
  }
  add();
}

/** The `share` percentile (0.5 is the median) in milliseconds, within 5 %; `null` without any run. */
export function percentile(buckets: BucketCounts, share: number): number | null {
  const total = sumOf(buckets);
  if (total === 0) return null;
  let seen = 0;
  const bucket = buckets.findIndex((count) => (seen += count) >= share * total * (1 - ROUNDING));
  return bucket === 0 ? 1 : Math.round(((2 * GAMMA ** bucket) / (GAMMA + 1)) * 10) / 10;
}

/** The share of the runs, 0 to 1, that took longer than so many milliseconds, within 5 % of these; `null` without any run. */
export function shareOver(buckets: BucketCounts, ms: number): number | null {
  const total = sumOf(buckets);
  if (total === 0) return null;
  const last = Math.ceil(Math.log(ms) / Math.log(GAMMA));
  return sumOf(buckets.subarray(last + 1)) / total;
}

function sumOf(buckets: BucketCounts): number {
  return buckets.reduce((sum, count) => sum + count, 0);
}
