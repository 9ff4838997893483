import type { SqlEntityManager } from '@mikro-orm/sql';
import { sql } from 'kysely';
import type { LiveTable } from '../dialect.ts';
import { run } from '../queries/tables.ts';

/** What SQLite itself says of a table; `undefined` when there is none. */
export async function describeTable(em: SqlEntityManager, table: string): Promise<LiveTable | undefined> {
  const [definition] = await run<{ sql: string }>(em, sql`select sql from sqlite_master where type = 'table' and name = ${table}`);
  if (definition === undefined) return undefined;
  const columns = await run<{ name: string; type: string; notnull: number; pk: number }>(
    em,
    sql`select name, lower(type) as type, "notnull", pk from pragma_table_info(${table}) order by cid`
  );
  const indexes = await run<{ name: string }>(
    em,
    sql`select name from sqlite_master where type = 'index' and tbl_name = ${table} and sql is not null`
  );
  const checks = [...definition.sql.matchAll(/constraint (\w+) check \((.*)\),?$/gm)];
  return {
    columns: columns.map(({ name, type, notnull }) => ({ name, type, nullable: notnull === 0 })),
    key: columns
      .filter(({ pk }) => pk > 0)
      .toSorted((a, b) => a.pk - b.pk)
      .map(({ name }) => name),
    checks: new Map(checks.map(([, name = '', expression = '']) => [name, expression])),
    indexes: indexes.map(({ name }) => name)
  };
}

export async function tableExists(em: SqlEntityManager, table: string): Promise<boolean> {
  const { rows } = await sql`select 1 from sqlite_master where type = 'table' and name = ${table}`.execute(em.getKysely());
  return rows.length > 0;
}
