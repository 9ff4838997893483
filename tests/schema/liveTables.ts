import type { Row, TestDatabase } from '../support/databases.ts';

/** What each type of the dictionary is in a database. */
export const COLUMN_TYPES = {
  SQLite: { day: 'TEXT', uuid: 'TEXT', text: 'TEXT', integer: 'INTEGER', real: 'REAL' },
  PostgreSQL: { day: 'date', uuid: 'uuid', text: 'text', integer: 'integer', real: 'double precision' }
} as const;

/** A table as its database describes it. */
export interface LiveTable {
  readonly columns: readonly { readonly name: string; readonly type: string; readonly nullable: boolean }[];
  readonly primaryKey: readonly string[];
  /** Those besides the one of the primary key. */
  readonly indexes: readonly string[];
}

/** @param table one of ours, in the schema `public`. */
export function liveTable({ engine, sql }: TestDatabase, table: string): Promise<LiveTable> {
  return engine === 'SQLite' ? sqliteTable(sql, table) : postgresqlTable(sql, table);
}

async function sqliteTable(sql: TestDatabase['sql'], table: string): Promise<LiveTable> {
  const columns = await sql(`select * from pragma_table_xinfo('${table}') order by cid`);
  const key = await sql(`select name from pragma_table_xinfo('${table}') where pk > 0 order by pk`);
  const indexes = await sql(`select name from pragma_index_list('${table}') where origin <> 'pk'`);
  return {
    columns: columns.map(({ name, type, notnull }) => ({ name: String(name), type: String(type), nullable: notnull === 0 })),
    primaryKey: namesOf(key),
    indexes: namesOf(indexes)
  };
}

async function postgresqlTable(sql: TestDatabase['sql'], table: string): Promise<LiveTable> {
  const columns = await sql(
    `select column_name as name, data_type as type, is_nullable = 'YES' as nullable from information_schema.columns
      where table_schema = 'public' and table_name = '${table}' order by ordinal_position`
  );
  const key = await sql(
    `select a.attname as name from pg_index i cross join lateral unnest(i.indkey) with ordinality as k (attnum, place)
      join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
      where i.indrelid = '${table}'::regclass and i.indisprimary order by k.place`
  );
  const indexes = await sql(
    `select indexrelid::regclass::text as name from pg_index where indrelid = '${table}'::regclass and not indisprimary`
  );
  return {
    columns: columns.map(({ name, type, nullable }) => ({ name: String(name), type: String(type), nullable: nullable === true })),
    primaryKey: namesOf(key),
    indexes: namesOf(indexes)
  };
}

const namesOf = (rows: readonly Row[]): string[] => rows.map(({ name }) => String(name));

/** The tables and views that are not the engine's own, in the order of their names. */
export async function tableNames({ engine, sql }: TestDatabase): Promise<string[]> {
  const rows = await sql(
    engine === 'SQLite'
      ? "select name from sqlite_master where type in ('table', 'view') and name not like 'sqlite!_%' escape '!' order by name"
      : "select table_name as name from information_schema.tables where table_schema not in ('pg_catalog', 'information_schema') order by 1"
  );
  return namesOf(rows);
}
