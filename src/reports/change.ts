import { chanceOf } from './studentT.ts';

/** How a number of the period differs from that of the period before. */
export interface Change {
  /** (now - before) / before: 0.5 is half as much again, -1 is none any more. `null` where it was 0 before, or one of the two is not known. */
  readonly ratio: number | null;
  /** Whether it is at least a tenth, and more than the spread from day to day explains (see {@link judgeChanges}). */
  readonly isNotable: boolean;
}

/** What has changed from the period before. */
export interface UsageChange {
  readonly invokes: Change;
  /** Of the failures among the ended runs, that is 1 - success rate. */
  readonly failureRate: Change;
}

/** What was counted on a day, weighted by sampling. */
export interface DayCounts {
  readonly invokes: number;
  readonly ended: number;
  readonly failures: number;
}

/** A number that was estimated from days: with its variance, and of how many days. */
interface Estimate {
  readonly value: number | null;
  readonly variance: number;
  readonly days: number;
}

interface Compared {
  readonly ratio: number | null;
  /** How likely chance alone makes a difference as large; 1 where it is less than a tenth. */
  readonly chance: number;
}

const LEAST_RATIO = 0.1;
/** How likely it may be that any of the changes which are called notable in a report is chance. */
const ERROR_RATE = 0.05;
/** That of the normal distribution is 1.96. */
const LEAST_T = 1.9;

/**
 * What has changed in each of several operations, each given by its days now and before, with as many tests as there are numbers compared.
 *
 * A change is notable where it is at least 10 % and Welch's test of the difference says that it is no chance (B. L. Welch, Biometrika 34, 1947):
 * t = (now - before) / √(s₁² + s₂²), with (s₁² + s₂²)² / (s₁⁴ / (n₁ - 1) + s₂⁴ / (n₂ - 1)) degrees of freedom. Of the invokes a day, s² is the
 * variance of the daily counts divided by the days n; of the failure rate, it is that of a ratio of two counts on the n days with ended runs,
 * n / (n - 1) · Σ (failures - rate · ended)² / (Σ ended)² (W. G. Cochran, Sampling Techniques, 1977, 6.4). Neither is taken to be less than
 * independent runs would give, as few days that happen to be alike would have it. So many tests at once would find something by chance: S. Holm's
 * correction (Scandinavian Journal of Statistics 6, 1979) keeps the chance that any is called notable wrongly below 5 %.
 */
export function judgeChanges(operations: readonly (readonly [now: readonly DayCounts[], before: readonly DayCounts[]])[]): UsageChange[] {
  const compared = operations.flatMap(([now, before]) => [compareInvokes(now, before), compareFailureRates(now, before)]);
  const byChance = compared.toSorted((a, b) => a.chance - b.chance);
  const firstKept = byChance.findIndex(({ chance }, rank) => chance > ERROR_RATE / (byChance.length - rank));
  const notable = new Set(byChance.slice(0, firstKept === -1 ? byChance.length : firstKept));
  const changes = compared.map((one): Change => ({ ratio: one.ratio, isNotable: notable.has(one) }));
  return operations.map((_, index) => ({ invokes: changes[2 * index] as Change, failureRate: changes[2 * index + 1] as Change }));
}

function compareInvokes(now: readonly DayCounts[], before: readonly DayCounts[]): Compared {
  const all = [...now, ...before];
  // The variance of independent runs is their mean (Poisson).
  const least = sumOf(all, 'invokes') / all.length;
  return compare(dailyInvokes(now, least), dailyInvokes(before, least));
}

function dailyInvokes(days: readonly DayCounts[], least: number): Estimate {
  const mean = sumOf(days, 'invokes') / days.length;
  const squares = days.reduce((sum, { invokes }) => sum + (invokes - mean) ** 2, 0);
  return { value: mean, variance: Math.max(squares / (days.length - 1), least) / days.length, days: days.length };
}

function compareFailureRates(now: readonly DayCounts[], before: readonly DayCounts[]): Compared {
  const all = [...now, ...before];
  const rate = sumOf(all, 'failures') / sumOf(all, 'ended');
  // That of the single run, of independent runs (binomial).
  const least = rate * (1 - rate);
  return compare(failureRate(now, least), failureRate(before, least));
}

function failureRate(days: readonly DayCounts[], least: number): Estimate {
  const used = days.filter(({ ended }) => ended > 0);
  const ended = sumOf(used, 'ended');
  if (used.length === 0) return { value: null, variance: 0, days: 0 };
  const value = sumOf(used, 'failures') / ended;
  const squares = used.reduce((sum, day) => sum + (day.failures - value * day.ended) ** 2, 0);
  const spread = ((used.length / (used.length - 1)) * squares) / ended ** 2;
  return { value, variance: Math.max(spread, least / ended), days: used.length };
}

function compare(now: Estimate, before: Estimate): Compared {
  if (now.value === null || before.value === null) return { ratio: null, chance: 1 };
  const difference = now.value - before.value;
  const ratio = before.value === 0 ? null : difference / before.value;
  // A single day has no spread.
  const isComparable = now.days > 1 && before.days > 1 && difference !== 0 && Math.abs(ratio ?? Infinity) >= LEAST_RATIO;
  if (!isComparable) return { ratio, chance: 1 };
  const variance = now.variance + before.variance;
  const t = difference / Math.sqrt(variance);
  // With whatever degrees of freedom, a smaller one is chance: most need not be looked up.
  if (Math.abs(t) < LEAST_T) return { ratio, chance: 1 };
  const freedom = variance ** 2 / (now.variance ** 2 / (now.days - 1) + before.variance ** 2 / (before.days - 1));
  return { ratio, chance: chanceOf(t, freedom) };
}

function sumOf(days: readonly DayCounts[], key: keyof DayCounts): number {
  return days.reduce((sum, day) => sum + day[key], 0);
}
