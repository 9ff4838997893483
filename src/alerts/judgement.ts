import { failureTail } from './failureTail.ts';

/** What was counted on a day. */
export interface DayRuns {
  readonly day: string;
  readonly runs: number;
  readonly failures: number;
}

/** One operation at one provider: its runs in the window, and its days in the baseline, as far as it ran on them. */
export interface JudgedPart {
  readonly runs: number;
  readonly failures: number;
  readonly days: readonly DayRuns[];
}

export interface Judgement {
  /** The share of failures, 0 to 1, that runs of this mixture had in the baseline, as it was counted; 0 without any. */
  readonly before: number;
  readonly isAlarming: boolean;
}

/** An alert tells of no smaller share of failures, and of no smaller increase. */
const LEAST_SHARE = 0.1;
const LEAST_RATIO = 2;
/** How likely chance may make any alert in a month of fifty names, shared out among their looks: each has one a minute. */
const MOST_CHANCE = 0.01 / (50 * 30 * 24 * 60);
/**
 * How much one more day is supposed to differ, in the measure of {@link spreadOf}: the standard deviation of a share of 10 % would be 7 %. That of a
 * small one is at most √2 of the share.
 */
const SUPPOSED_SPREAD = 0.05;
const SUPPOSED_PART = 2;
/** As little as seven days tell of their spread: one time in five it is twice what they show, or more. */
const UNDERRATED = 2;
/** Of 1 or more there is no such distribution. */
const LARGEST_VARIANCE = 0.99;
/** Of more runs the tail is that of so many with the same share, since it takes time in proportion to them. That makes it no smaller. */
const MOST_RUNS = 10_000;

/** Whether this is worth an alert, if it is not chance. */
export function isStriking(failures: number, runs: number, before: number): boolean {
  return failures >= runs * Math.max(LEAST_SHARE, LEAST_RATIO * before);
}

/**
 * Whether the runs of a window fail more than the baseline explains. The share to be expected is that of each part, with Jeffreys' prior of half a
 * failure in one run (H. Jeffreys, Proceedings of the Royal Society A 186, 1946), weighted by the runs that the part has in the window: where another
 * mixture of operations runs at night than by day, the share of a provider changes, and nothing fails. A name without a baseline is thus expected to
 * fail half the time, and never alarms; one of few runs alarms only where nearly all fail.
 *
 * It is alarming where the share is at least 10 % and twice the expected one, and the tail of {@link failureTail} is below 0.01 / (50 · 30 · 1440),
 * about 5 · 10⁻⁹: as a window is looked at once a minute, by Bonferroni's inequality fifty names have a false alert in a hundred months. The
 * variance of the share, as a part of share · (1 - share), is the sum of what is not known of it, 1 / (runs + 2) for each part, and of its spread
 * from day to day ({@link spreadOf}).
 */
export function judge(parts: readonly JudgedPart[]): Judgement {
  const [runs, failures] = [sum(parts, (part) => part.runs), sum(parts, (part) => part.failures)];
  const shared = parts.map((part) => ({ ...part, weight: part.runs / runs, ...shareOf(part.days) }));
  const expected = sum(shared, ({ weight, share }) => weight * share);
  const unsure = sum(shared, ({ weight, variance }) => weight ** 2 * variance) / (expected * (1 - expected));
  const precision = 1 / Math.min(unsure + spreadOf(shared, expected), LARGEST_VARIANCE) - 1;
  const told = Math.min(runs, MOST_RUNS);
  const tail = (): number => failureTail(Math.floor((failures * told) / runs), told, expected, precision);
  return { before: countedShare(parts), isAlarming: isStriking(failures, runs, expected) && tail() < MOST_CHANCE };
}

/** The share of failures that these runs had in the baseline, as far as they are in it. */
function countedShare(parts: readonly JudgedPart[]): number {
  const known = parts.filter(({ days }) => days.length > 0);
  const failures = sum(known, ({ runs, days }) => (runs * sum(days, (day) => day.failures)) / sum(days, (day) => day.runs));
  return known.length === 0 ? 0 : failures / sum(known, ({ runs }) => runs);
}

/** What share of failures these days let expect, and how exactly. */
function shareOf(days: readonly DayRuns[]): { readonly share: number; readonly variance: number } {
  const runs = 1 + sum(days, (day) => day.runs);
  const share = (0.5 + sum(days, (day) => day.failures)) / runs;
  return { share, variance: (share * (1 - share)) / (runs + 1) };
}

/**
 * How much the share of failures of a day may differ from that of these days beyond chance: its variance, as a part of share · (1 - share). It is
 * estimated by the method of moments (J. C. Kleinman, Journal of the American Statistical Association 68, 1973) from the sum over the days of
 * (failures - expected)² / variance, where every part of a day has its own share, and taken twice; one more day of a supposed spread is added, which
 * decides where there are few. The share of so many days is not exact itself: hence 1 + 1 / days.
 */
function spreadOf(parts: readonly { readonly days: readonly DayRuns[]; readonly share: number }[], expected: number): number {
  const supposed = Math.min(SUPPOSED_SPREAD, SUPPOSED_PART * expected);
  const rows = parts.flatMap(({ days, share }) => days.map((day) => ({ ...day, share })));
  const days = [...Map.groupBy(rows, ({ day }) => day).values()];
  const count = Math.max(1, days.length);
  const squares = sum(days, (ofDay) => {
    const excess = sum(ofDay, ({ runs, failures, share }) => failures - share * runs);
    return excess ** 2 / sum(ofDay, ({ runs, share }) => share * (1 - share) * runs);
  });
  const chances = sum(days, (ofDay) => sum(ofDay, ({ runs }) => runs) - 1);
  const spread = chances === 0 || count === 1 ? 0 : Math.max(0, ((squares * count) / (count - 1) - count) / chances);
  return ((supposed + UNDERRATED * (count - 1) * spread) / count) * (1 + 1 / count);
}

function sum<T>(all: readonly T[], valueOf: (one: T) => number): number {
  return all.reduce((total, one) => total + valueOf(one), 0);
}
