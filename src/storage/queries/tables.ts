import type { SqlEntityManager } from '@mikro-orm/sql';
import { sql, type RawBuilder } from 'kysely';
import { migrationsTable, tables } from '../../schema/dictionary.ts';
import { DAY } from '../../schema/patterns.ts';
import { StoreError } from '../../store/storeError.ts';

/** The tables of a schema, as they are written in a query: `events` and the others of the dictionary, and that of the migrations. */
export type Tables = Readonly<Record<keyof typeof tables | 'migrations', RawBuilder<unknown>>>;

/** Our tables, each with its schema: what stands elsewhere on the search path under the same name is not ours. */
export function tablesIn(schema: string): Tables {
  const all = Object.entries({ ...tables, migrations: migrationsTable }).map(([key, { name }]) => [key, sql.id(schema, name)]);
  return Object.fromEntries(all) as Tables;
}

/** Runs a query with its values bound, inside the transaction of `em` where there is one. */
export async function run<Row>(em: SqlEntityManager, query: RawBuilder<unknown>): Promise<Row[]> {
  const { rows } = await query.execute(em.getKysely());
  return rows as Row[];
}

/**
 * The oldest day that a table holds after `after`; `undefined` where there is none. Found by the key, without reading the rows.
 * @throws {StoreError} when the database answers with what is no day: nothing may be deleted then, since days are compared as text.
 */
export async function oldestDay(em: SqlEntityManager, table: RawBuilder<unknown>, after?: string): Promise<string | undefined> {
  const where = after === undefined ? sql`` : sql`where day_bucket > ${after}`;
  const [row] = await run<{ day: string | null }>(em, sql`select cast(min(day_bucket) as text) as day from ${table} ${where}`);
  if (row === undefined || row.day === null) return undefined;
  if (!DAY.test(row.day)) throw new StoreError('unavailable', 'a day in the database is none: see what sapphire-telemetry verify finds');
  return row.day;
}
