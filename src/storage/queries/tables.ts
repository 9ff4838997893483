import type { SqlEntityManager } from '@mikro-orm/sql';
import { sql, type RawBuilder } from 'kysely';
import { allTables, migrationsTable } from '../../schema/dictionary.ts';
import { DAY } from '../../schema/patterns.ts';
import { StoreError } from '../../store/storeError.ts';

/** The tables of a schema, as they are written in a query: `events` and the others of the dictionary, and that of the migrations. */
export type Tables = Readonly<Record<keyof typeof allTables | 'migrations', RawBuilder<unknown>>>;

/** Our tables, each with its schema: what stands elsewhere on the search path under the same name is not ours. */
export function tablesIn(schema: string): Tables {
  const all = Object.entries({ ...allTables, migrations: migrationsTable }).map(([key, { name }]) => [key, sql.id(schema, name)]);
  return Object.fromEntries(all) as Tables;
}

/** Runs a query with its values bound, inside the transaction of `em` where there is one. */
export async function run<Row>(em: SqlEntityManager, query: RawBuilder<unknown>): Promise<Row[]> {
  const { rows } = await query.execute(em.getKysely());
  return rows as Row[];
}

/**
 * The days of which a table has rows, the oldest first. Each is found by the key as the next after the one before, without reading the rows.
 * @throws {StoreError} when the database answers with what is no day: nothing may be deleted then, since days are compared as text.
 */
export async function daysOf(em: SqlEntityManager, table: RawBuilder<unknown>): Promise<string[]> {
  const rows = await run<{ day: string }>(
    em,
    sql`with recursive days (day) as (
        select min(day_bucket) from ${table}
        union all
        select (select min(day_bucket) from ${table} where day_bucket > days.day) from days where days.day is not null
      ) select cast(day as text) as day from days where day is not null`
  );
  const days = rows.map(({ day }) => day);
  if (days.every((day) => DAY.test(day))) return days;
  throw new StoreError('unavailable', 'a day in the database is none: see what sapphire-telemetry verify finds');
}
