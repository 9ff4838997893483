import { expect } from '@jest/globals';
import { FOR_PROGRAMS } from './expected.ts';
import type { Figure, Table } from './figures.ts';
import { tablesInMessage, type ReadTable } from './read.ts';

export type Expected = Readonly<Record<string, Table<Figure>>>;
export type Columns = (title: string, column: string, at: number) => boolean;

/** What stands beside the operations only where it is asked for. */
const FIRST_BEFORE = 6;
export const withoutBefore: Columns = (title, _, at) => title !== 'Features' || at < FIRST_BEFORE;
/** What a message has room for. */
export const narrowOperation: Columns = (title, column, at) =>
  withoutBefore(title, column, at) &&
  !((title === 'Features' || title.startsWith('Providers')) && ['failed', 'over 3 s'].includes(column)) &&
  !(title === 'Today so far' && column === 'over 3 s') &&
  !(/^(?:Errors|Failures)/.test(title) && column === 'status');
const narrow: Columns = (title, column, at) => narrowOperation(title, column, at) && !(title === 'Days' && column === 'successes');

/** What a page must show of a table, without the columns that it leaves out. */
function forPeople(title: string, { columns, rows }: Table<Figure>, has: Columns): Table<unknown> {
  const kept = (_: unknown, at: number): boolean => has(title, columns[at] ?? '', at);
  const shown = Object.entries(rows).map(([name, row]) => [name, row.filter(kept).map(({ people }) => people)]);
  return { columns: columns.filter(kept), rows: Object.fromEntries(shown) };
}

/** The names of the rows of each table, in their order. */
function orderOf(tables: Readonly<Record<string, Pick<Table<unknown>, 'rows'>>>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(tables).map(([title, { rows }]) => [title, Object.keys(rows)]));
}

/** Each table of the page has every row that it must have, in that order, and no other. */
export function expectTables(page: Readonly<Record<string, ReadTable>>, expected: Expected, has: Columns = () => true): void {
  expect(page).toEqual(Object.fromEntries(Object.entries(expected).map(([title, table]) => [title, forPeople(title, table, has)])));
  expect(orderOf(page)).toEqual(orderOf(expected));
}

/** Each table has the first rows, as many as it has room for, and says how many there are besides. A name may be cut. */
export function expectInMessage(view: string, expected: Expected, has = narrow): string[] {
  const tables = tablesInMessage(view);
  for (const [title, { columns, rows, more }] of Object.entries(tables)) {
    const all = forPeople(title, expected[title] ?? { columns: [], rows: {} }, has);
    const whole = (name: string): string =>
      Object.keys(all.rows).find((one) => one === name || (name.endsWith('…') && one.startsWith(name.slice(0, -1)))) ?? name;
    const named = Object.fromEntries(Object.entries(rows).map(([name, row]) => [whole(name), row]));
    const wanted = Object.fromEntries(Object.entries(all.rows).slice(0, Object.keys(named).length));
    expect({ title, columns, rows: named }).toEqual({ title, columns: all.columns, rows: wanted });
    expect(Object.keys(named)).toEqual(Object.keys(wanted));
    expect({ title, rows: Object.keys(named).length + more }).toEqual({ title, rows: Object.keys(all.rows).length });
  }
  return Object.keys(tables);
}

/** The rows of a page for programs, in their order. It has none that only add up others, and tells what is missing as it tells what is unknown. */
export function expectForProgram(page: Readonly<Record<string, Pick<ReadTable, 'rows'>>>, expected: Expected): void {
  const wanted = Object.entries(expected).map(([title, { rows }]) => {
    const all = Object.entries(rows).map(([name, row]) => [name, row.map(({ program }) => program)] as const);
    return [title, known(all.filter(([, cells]) => cells.some((cell) => cell !== undefined)))] as const;
  });
  const told = Object.entries(page).map(([title, { rows }]) => [title, known(Object.entries(rows))] as const);
  expect(Object.fromEntries(told)).toEqual(Object.fromEntries(wanted));
  expect(orderForProgram(told)).toEqual(orderForProgram(wanted));
}

/** The rows of each table in their order; of failures, which people see by how many an operation has, those of each operation. */
function orderForProgram(tables: readonly (readonly [title: string, rows: object])[]): object {
  const orders = tables
    .filter(([title]) => title !== FOR_PROGRAMS)
    .map(([title, rows]) => {
      const names = Object.keys(rows);
      return [title, title === 'Failures by operation' ? Object.groupBy(names, (name) => name.split(' › ')[0] ?? '') : names] as const;
    });
  return Object.fromEntries(orders);
}

function known(rows: readonly (readonly [name: string, cells: readonly unknown[]])[]): object {
  return Object.fromEntries(rows.map(([name, cells]) => [name, cells.map((cell) => cell ?? null)]));
}

/** The groups of the pattern, as they stand in the text. */
export function expectFigures(text: string, pattern: RegExp, figures: readonly unknown[]): void {
  const [, ...found] = pattern.exec(text) ?? [];
  expect({ pattern: String(pattern), found }).toEqual({ pattern: String(pattern), found: figures });
}
