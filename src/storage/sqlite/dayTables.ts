import type { SqlEntityManager } from '@mikro-orm/sql';
import { sql } from 'kysely';
import { isDay } from '../../events/day.ts';
import { tables } from '../../schema/dictionary.ts';
import type { Table } from '../../schema/field.ts';
import { run } from '../queries/tables.ts';

/*
 * In SQLite each day of a table is a table of its own, `telemetry_events_20261125_1`, and `telemetry_events` is a view of them all. What is
 * deleted from a table leaves copies in pages that it shared with rows that stay: SQLite leaves them there when it moves rows from page to page,
 * and `secure_delete` does not reach them. Of a table that is dropped every page is overwritten. So a day that is purged is dropped; a day of
 * which something is erased, or which is over, gets a next generation (`…_2`), to which what stays is moved in the order of the key, and the one
 * before is dropped.
 */

/** One day of a table. */
interface DayTable {
  readonly table: string;
  readonly day: string;
  /** Rows are written to the newest one. */
  readonly generation: number;
  readonly name: string;
}

/** Every day's table is made as this one is; it holds no rows. */
const templateOf = (table: Table): string => `${table.name}_template`;

const NAME = /^(telemetry_[a-z_]+)_(\d{4})(\d{2})(\d{2})_(\d+)$/;
const nameOf = ({ name }: Table, day: string, generation: number): string => `${name}_${day.replaceAll('-', '')}_${generation}`;

/** How many rows are moved in one transaction: other work waits meanwhile. */
const ROWS_AT_A_TIME = 2_000;
/** SQLite puts no more than 500 tables together. A retention of a year fits. */
export const MAX_TOGETHER = 480;

/** The tables of the days, of every table in the data dictionary. */
export class DayTables {
  /** SQLite's own counter of changes to the schema, by whichever process. */
  #version = -1;
  #known: readonly DayTable[] = [];

  /** To be called when a statement failed: a change of the schema may have been undone. */
  forget(): void {
    this.#version = -1;
  }

  /** The days of which `table` has rows, the oldest first. */
  days(em: SqlEntityManager, { name }: Table): Promise<string[]> {
    return atOnce(em, async (inside) => {
      const days = new Set<string>();
      for (const one of (await this.#all(inside)).filter(({ table }) => table === name))
        if (await hasRows(inside, one.name)) days.add(one.day);
      return [...days];
    });
  }

  /** The tables that hold the rows of a day, the newest last; the template where there are none. */
  async of(em: SqlEntityManager, table: Table, day: string): Promise<string[]> {
    const names = await this.#of(em, table, day);
    return names.length === 0 ? [templateOf(table)] : names.map(({ name }) => name);
  }

  /** Whether a day has a table. */
  async has(em: SqlEntityManager, table: Table, day: string): Promise<boolean> {
    return (await this.#of(em, table, day)).length > 0;
  }

  /** The table that takes the rows of a day, made if there is none. */
  async make(em: SqlEntityManager, table: Table, day: string): Promise<string> {
    const newest = (await this.#of(em, table, day)).at(-1);
    return newest === undefined ? this.#add(em, table, day, 1) : newest.name;
  }

  /** Begins the next generation of a day. {@link drain} moves what there is. */
  async renew(em: SqlEntityManager, table: Table, day: string): Promise<void> {
    const newest = (await this.#of(em, table, day)).at(-1);
    if (newest !== undefined) await this.#add(em, table, day, newest.generation + 1);
  }

  /** Drops a day. */
  async drop(em: SqlEntityManager, table: Table, day: string): Promise<void> {
    const names = (await this.#of(em, table, day)).map(({ name }) => name);
    if (names.length > 0) await this.#change(em, table, async (inside) => drop(inside, names));
  }

  /** The template and the tables of all days. */
  async names(em: SqlEntityManager, table: Table): Promise<string[]> {
    const days = (await this.#all(em)).filter((one) => one.table === table.name);
    return [templateOf(table), ...days.map(({ name }) => name)];
  }

  /** Whether anything waits to be moved to a next generation. */
  async isAnyOld(em: SqlEntityManager): Promise<boolean> {
    return (await this.#old(em)).length > 0;
  }

  /** Moves all rows of former generations to the newest one, and drops whatever is empty. Others may read and write meanwhile. */
  async drain(em: SqlEntityManager): Promise<void> {
    for (const [former] of await this.#old(em)) while ((await em.transactional((inside) => this.#moveOn(inside, former.name))) > 0);
    for (const table of Object.values<Table>(tables)) await this.#dropEmpty(em, table);
  }

  /** Moves rows of a former generation, unless another process has moved all and dropped it. Returns how many. */
  async #moveOn(em: SqlEntityManager, name: string): Promise<number> {
    const [former, newest] = (await this.#old(em)).find(([one]) => one.name === name) ?? [];
    const table = Object.values<Table>(tables).find((one) => one.name === former?.table);
    return former === undefined || newest === undefined || table === undefined ? 0 : move(em, table, former.name, newest.name);
  }

  async #dropEmpty(em: SqlEntityManager, table: Table): Promise<void> {
    const empty = await atOnce(em, (inside) => this.#empty(inside, table));
    // Another process may write to one meanwhile.
    if (empty.length > 0) await this.#change(em, table, async (inside) => drop(inside, await this.#empty(inside, table)));
  }

  /** But for a generation that rows are to be moved to. */
  async #empty(em: SqlEntityManager, table: Table): Promise<string[]> {
    const empty: string[] = [];
    const awaiting = new Set((await this.#old(em)).map(([, newest]) => newest));
    for (const one of await this.#all(em))
      if (one.table === table.name && !awaiting.has(one) && !(await hasRows(em, one.name))) empty.push(one.name);
    return empty;
  }

  async #add(em: SqlEntityManager, table: Table, day: string, generation: number): Promise<string> {
    const name = nameOf(table, day, generation);
    await this.#change(em, table, async (inside) => {
      const [template] = await run<{ sql: string }>(inside, sql`select sql from sqlite_master where name = ${templateOf(table)}`);
      const definition = String(template?.sql).slice(String(template?.sql).indexOf('('));
      await run(inside, sql`create table if not exists ${sql.table(name)} ${sql.raw(definition)}`);
    });
    return name;
  }

  /** Changes the tables and then the view of them, all or nothing. */
  async #change<T>(em: SqlEntityManager, table: Table, change: (inside: SqlEntityManager) => Promise<T>): Promise<T> {
    const work = async (inside: SqlEntityManager): Promise<T> => {
      await run(inside, sql`drop view if exists ${sql.table(table.name)}`);
      const result = await change(inside);
      await run(inside, sql.raw(viewOf(table, await this.names(inside, table))));
      return result;
    };
    return em.isInTransaction() ? work(em) : em.transactional(work);
  }

  async #of(em: SqlEntityManager, table: Table, day: string): Promise<DayTable[]> {
    return (await this.#all(em)).filter((one) => one.table === table.name && one.day === day);
  }

  /** Each former generation, with the newest one. */
  async #old(em: SqlEntityManager): Promise<[former: DayTable, newest: DayTable][]> {
    const generations = Map.groupBy(await this.#all(em), ({ table, day }) => `${table} ${day}`);
    return [...generations.values()].flatMap((all) =>
      all.slice(0, -1).map((former): [DayTable, DayTable] => [former, all.at(-1) as DayTable])
    );
  }

  /** By day, then by generation. */
  async #all(em: SqlEntityManager): Promise<readonly DayTable[]> {
    const [row] = await run<{ schema_version: number }>(em, sql`pragma schema_version`);
    const version = row?.schema_version ?? -1;
    if (version === this.#version) return this.#known;
    const rows = await run<{ name: string }>(em, sql`select name from sqlite_master where type = 'table'`);
    this.#known = rows
      .flatMap(({ name }) => dayTable(name) ?? [])
      .toSorted((a, b) => (a.day === b.day ? a.generation - b.generation : a.day < b.day ? -1 : 1));
    this.#version = version;
    return this.#known;
  }
}

/** Reads as of one moment: between two statements another process may drop a table. */
function atOnce<T>(em: SqlEntityManager, read: (inside: SqlEntityManager) => Promise<T>): Promise<T> {
  return em.isInTransaction() ? read(em) : em.transactional(read, { readOnly: true });
}

async function hasRows(em: SqlEntityManager, name: string): Promise<boolean> {
  return (await run(em, sql`select 1 from ${sql.table(name)} limit 1`)).length > 0;
}

/** What a table is of, by its name. */
function dayTable(name: string): DayTable | undefined {
  const [, table = '', year, month, date, generation] = NAME.exec(name) ?? [];
  const day = `${year}-${month}-${date}`;
  const isOurs = isDay(day) && Object.values<Table>(tables).some(({ name: ours }) => ours === table);
  return isOurs ? { table, day, generation: Number(generation), name } : undefined;
}

/** The day of a table; `undefined` where it has none. */
export function dayOf(name: string): string | undefined {
  return dayTable(name)?.day;
}

/** The statement that makes the view of all rows. */
export function viewOf({ name }: Table, names: readonly string[]): string {
  return `create view ${name} as ${names
    .slice(-MAX_TOGETHER)
    .map((one) => `select * from ${one}`)
    .join(' union all ')}`;
}

/** Moves the first rows, by the key. Returns how many. */
async function move(em: SqlEntityManager, { key, fields }: Table, from: string, to: string): Promise<number> {
  const columns = sql.join(key.map((property) => sql.ref(fields[property]?.column ?? property)));
  const first = sql`from ${sql.table(from)} order by ${columns} limit ${sql.lit(ROWS_AT_A_TIME)}`;
  await run(em, sql`insert into ${sql.table(to)} select * ${first} on conflict do nothing`);
  const { numAffectedRows } = await sql`delete from ${sql.table(from)} where (${columns}) in (select ${columns} ${first})`.execute(
    em.getKysely()
  );
  return Number(numAffectedRows ?? 0);
}

async function drop(em: SqlEntityManager, names: readonly string[]): Promise<void> {
  for (const name of names) await run(em, sql`drop table ${sql.table(name)}`);
}
