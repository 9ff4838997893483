import type { SqlEntityManager } from '@mikro-orm/sql';
import { sql, type RawBuilder } from 'kysely';
import { tables } from '../../schema/dictionary.ts';

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
