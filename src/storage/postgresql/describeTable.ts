import type { SqlEntityManager } from '@mikro-orm/sql';
import { sql } from 'kysely';
import type { LiveTable } from '../dialect.ts';
import { run } from '../queries/tables.ts';

/** What PostgreSQL itself says of a table; `undefined` when there is none. */
export async function describeTable(em: SqlEntityManager, table: string): Promise<LiveTable | undefined> {
  if (!(await tableExists(em, table))) return undefined;
  const columns = await run<LiveTable['columns'][number]>(
    em,
    sql`select attname as name, format_type(atttypid, atttypmod) as type, not attnotnull as nullable from pg_attribute
      where attrelid = to_regclass(${table}) and attnum > 0 and not attisdropped order by attnum`
  );
  const indexes = await run<{ name: string; primary: boolean; columns: string[] }>(
    em,
    sql`select c.relname as name, i.indisprimary as primary, array(select attname::text from unnest(i.indkey::int2[]) with ordinality as k(attnum, position)
        join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum order by position) as columns
      from pg_index i join pg_class c on c.oid = i.indexrelid where i.indrelid = to_regclass(${table})`
  );
  const checks = await run<{ name: string; expression: string }>(
    em,
    sql`select conname as name, pg_get_constraintdef(oid) as expression from pg_constraint where conrelid = to_regclass(${table}) and contype = 'c'`
  );
  return {
    columns,
    key: indexes.find(({ primary }) => primary)?.columns ?? [],
    checks: new Map(checks.map(({ name, expression }) => [name, expression])),
    indexes: indexes.filter(({ primary }) => !primary).map(({ name }) => name)
  };
}

export async function tableExists(em: SqlEntityManager, table: string): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`select to_regclass(${table}) is not null as found`.execute(em.getKysely());
  return rows[0]?.found === true;
}
