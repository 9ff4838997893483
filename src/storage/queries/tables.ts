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

const BEFORE_ALL = '0001-01-01';
export const AFTER_ALL = '9999-12-31';

/** The days that have events, the oldest first, up to and including `through`. Found one by one by the key, without reading the events. */
export async function daysWithEvents(em: SqlEntityManager, through = AFTER_ALL): Promise<string[]> {
  const days: string[] = [];
  for (;;) {
    const after = sql`where day_bucket > ${days.at(-1) ?? BEFORE_ALL}`;
    const [row] = await run<{ day: string | null }>(em, sql`select cast(min(day_bucket) as text) as day from ${TABLES.events} ${after}`);
    if (row === undefined || row.day === null || row.day > through) return days;
    days.push(row.day);
  }
}
