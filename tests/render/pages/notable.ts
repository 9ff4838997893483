import { addDays, daysDownFrom } from '../../../src/events/day.ts';
import { between, DAY, NOTHING, OPERATION, RUN, type Counted, type Counting } from './counted.ts';
import { UNIT } from './figures.ts';

/** Whether the changes of an operation, or of all together, are more than chance. */
export type Notable = (operation: string | undefined) => { readonly invokes: boolean; readonly failureRate: boolean };

/** A number that was estimated from days. */
interface Estimate {
  readonly value: number;
  readonly variance: number;
  readonly days: number;
}

/** A day's counts, weighted. */
interface Day {
  readonly invokes: number;
  readonly ended: number;
  readonly failures: number;
}

interface Chance {
  readonly name: string;
  readonly chance: number;
}

const LEAST_CHANGE = 0.1;
const ERROR_RATE = 0.05;
const STRIPS = 10_000;

/** Which changes are more than chance: by the formulas that `judgeChanges` names, from what plain SQL counts of each day. */
export async function notableChanges(sql: Counting, today: string, days: number): Promise<Notable> {
  const [now, before] = [await daysOf(sql, today, days), await daysOf(sql, addDays(today, -days), days)];
  const nothing = Array.from({ length: days }, () => toDay(NOTHING));
  const chances = [...new Set([...now.keys(), ...before.keys()])].map((name) =>
    chancesOf(name, now.get(name) ?? nothing, before.get(name) ?? nothing)
  );
  // All together are judged by themselves.
  const [ofAll, ofOperations] = [true, false].map((isAll) => chances.flat().filter(({ name }) => name.startsWith('all ') === isAll));
  const notable = new Set([...holm(ofAll ?? []), ...holm(ofOperations ?? [])]);
  return (name = 'all') => ({ invokes: notable.has(`${name} invokes`), failureRate: notable.has(`${name} failures`) });
}

/** What was counted on each of the days before `today`, of each operation and of all. */
async function daysOf(sql: Counting, today: string, days: number): Promise<Map<string, Day[]>> {
  const listed = daysDownFrom(addDays(today, -1), addDays(today, -days));
  const where = `${between(listed.at(-1) ?? '', today)} and day_bucket < '${today}' and ${RUN}`;
  const counts = new Map([...(await sql.counts(`${OPERATION} || ' ' || ${DAY}`, where)), ...(await sql.counts(`'all ' || ${DAY}`, where))]);
  const names = new Set([...counts.keys()].map((name) => name.slice(0, -' 2026-03-03'.length)));
  return new Map([...names].map((name) => [name, listed.map((day) => toDay(counts.get(`${name} ${day}`) ?? NOTHING))]));
}

function toDay({ invokes, good, bad }: Counted): Day {
  return { invokes: invokes / UNIT, ended: (good + bad) / UNIT, failures: bad / UNIT };
}

/** How likely chance alone makes each of the two differences as large. */
function chancesOf(name: string, now: readonly Day[], before: readonly Day[]): Chance[] {
  const all = [...now, ...before];
  const mean = sum(all, 'invokes') / all.length;
  const share = sum(all, 'failures') / sum(all, 'ended');
  const measures = {
    invokes: (days: readonly Day[]) => dailyInvokes(days, mean),
    failures: (days: readonly Day[]) => failureRate(days, share * (1 - share))
  };
  return Object.entries(measures).map(([measure, of]) => ({ name: `${name} ${measure}`, chance: welch(of(now), of(before)) }));
}

/** `least` is the variance of independent runs, of a day or of a run. */
function dailyInvokes(days: readonly Day[], least: number): Estimate {
  const value = sum(days, 'invokes') / days.length;
  const spread = days.reduce((total, { invokes }) => total + (invokes - value) ** 2, 0) / (days.length - 1);
  return { value, variance: Math.max(spread, least) / days.length, days: days.length };
}

function failureRate(all: readonly Day[], least: number): Estimate {
  const days = all.filter(({ ended }) => ended > 0);
  const [n, ended] = [days.length, sum(days, 'ended')];
  const value = sum(days, 'failures') / ended;
  const spread = ((n / (n - 1)) * days.reduce((total, day) => total + (day.failures - value * day.ended) ** 2, 0)) / ended ** 2;
  return { value, variance: Math.max(spread, least / ended), days: n };
}

/** 1 where the difference is less than a tenth, or one of the two is not known. */
function welch(now: Estimate, before: Estimate): number {
  const difference = now.value - before.value;
  const variance = now.variance + before.variance;
  if (now.days < 2 || before.days < 2 || difference === 0 || Math.abs(difference) < LEAST_CHANGE * before.value) return 1;
  const freedom = variance ** 2 / (now.variance ** 2 / (now.days - 1) + before.variance ** 2 / (before.days - 1));
  const from = Math.abs(difference) / Math.sqrt(variance);
  return tail(from, freedom) / tail(0, freedom);
}

/** The area below Student's distribution beyond `from`, but for a factor: in strips, of x = from + u / (1 - u). */
function tail(from: number, freedom: number): number {
  return Array.from({ length: STRIPS }, (_, at) => (at + 0.5) / STRIPS).reduce(
    (area, u) => area + (1 + (from + u / (1 - u)) ** 2 / freedom) ** (-(freedom + 1) / 2) / (1 - u) ** 2 / STRIPS,
    0
  );
}

/** The names of those that Holm's correction leaves: each, the least likely first, is held against the error rate by as many as are left. */
function holm(chances: readonly Chance[]): string[] {
  const sorted = chances.toSorted((a, b) => a.chance - b.chance);
  const first = sorted.findIndex(({ chance }, at) => chance > ERROR_RATE / (sorted.length - at));
  return sorted.slice(0, first === -1 ? sorted.length : first).map(({ name }) => name);
}

function sum(days: readonly Day[], key: keyof Day): number {
  return days.reduce((total, day) => total + day[key], 0);
}
