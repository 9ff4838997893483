import type { SqlEntityManager } from '@mikro-orm/sql';
import { sql, type RawBuilder } from 'kysely';
import { tables } from '../../schema/dictionary.ts';
import type { Table } from '../../schema/field.ts';
import type { Dialect } from '../dialect.ts';

/** Our tables, as they are written in a query. */
export const TABLES = {
  events: sql.table(tables.events.name),
  losses: sql.table(tables.losses.name),
  dailyCounts: sql.table(tables.dailyCounts.name),
  dailyDurations: sql.table(tables.dailyDurations.name),
  dailyGuilds: sql.table(tables.dailyGuilds.name),
  salts: sql.table(tables.salts.name)
} as const satisfies Record<keyof typeof tables, RawBuilder<unknown>>;

/** Runs a query with its values bound, inside the transaction of `em` where there is one. */
export async function run<Row>(em: SqlEntityManager, query: RawBuilder<unknown>): Promise<Row[]> {
  const { rows } = await query.execute(em.getKysely());
  return rows as Row[];
}

/** All rows of a day, and those of no other. To be read `from`. */
export async function rowsOf(em: SqlEntityManager, dialect: Dialect, table: Table, day: string): Promise<RawBuilder<unknown>> {
  const parts = (await dialect.tablesOf(em, table, day)).map((part) => sql`select * from ${part} where day_bucket = ${day}`);
  return sql`(${sql.join(parts, sql` union all `)}) as of_day`;
}
