import { addDays } from '../../../src/events/day.ts';
import { between, type Counted, type Counting, type Timed } from './counted.ts';
import { count, duration, EMPTY, rate, slow, text, type Figure, type Table } from './figures.ts';
import type { Notable } from './notable.ts';

export type FigureTable = Table<Figure>;

/** A period, as SQL and the pages call it. */
export interface Span {
  readonly where: string;
  readonly label: string;
}

export interface Asked {
  readonly days: number;
  readonly today: string;
  readonly notable: Notable;
}

export const ERRORS = ['status', 'count'];
export const PROVIDERS = ['runs', 'success', 'failed'];
export const FAILED = 'error_type is not null';
export const ASKED = `provider is not null and action <> 'invoke'`;
export const ERROR = "error_type || '|' || status || '|' || coalesce(provider, '')";
export const ERROR_TYPE = "error_type || '|' || status";

export function spans({ days, today }: Asked): [now: Span, before: Span] {
  const [from, to] = [addDays(today, -days), addDays(today, -1)];
  const [first, last] = [addDays(from, -days), addDays(from, -1)];
  const length = days === 1 ? '1 day' : `${days} days`;
  return [
    { where: between(from, to), label: `${length} from ${from}` },
    { where: between(first, last), label: `${length} before` }
  ];
}

export function withChange([runs = EMPTY, ...others]: readonly Figure[], changed: Figure): Figure[] {
  return [runs, changed, ...others];
}

export function runCells({ invokes, good, bad }: Counted, speed: Timed | undefined): Figure[] {
  return [count(invokes), rate(good, bad), count(bad), ...timeCells(speed)];
}

export function timeCells(speed: Timed | undefined): Figure[] {
  return [duration(speed?.p50), duration(speed?.p95), slow(speed?.slow ?? 0, speed?.all ?? 0)];
}

export async function providerRows(sql: Counting, by: string, where: string): Promise<FigureTable['rows']> {
  const rows = await sql.counts(by, where);
  return Object.fromEntries([...rows].map(([name, { events, good, bad }]) => [name, [count(events), rate(good, bad), count(bad)]]));
}

export async function providersAndErrorsToday(sql: Counting, where: string, error: string): Promise<Record<string, FigureTable>> {
  return {
    'Providers today so far': { columns: PROVIDERS, rows: await providerRows(sql, 'provider', `${where} and ${ASKED}`) },
    'Errors today so far': { columns: ERRORS, rows: await errorRows(sql, error, `${where} and ${FAILED}`) }
  };
}

export async function errorRows(sql: Counting, by: string, where: string): Promise<FigureTable['rows']> {
  const rows = [...(await sql.counts(by, where))].map(([name, { events }]) => errorRow(name, events));
  return Object.fromEntries(rows.map(({ label, cells }) => [label, cells]));
}

/** Of a name such as `not_found|error|alttpr`. */
export function errorRow(name: string, weight: number): { label: string; cells: Figure[] } {
  const [type = '', status = '', provider = ''] = name.split('|');
  return { label: provider === '' ? type : `${type} at ${provider}`, cells: [text(status), count(weight)] };
}
