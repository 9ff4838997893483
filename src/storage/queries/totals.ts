import { setImmediate } from 'node:timers/promises';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { sql } from 'kysely';
import type { StoredTotals } from '../../store/store.ts';
import type { Dialect } from '../dialect.ts';
import { daysWithEvents, run, TABLES } from './tables.ts';

/** Counts the events up to and including `through`, a slice of a day at a time. */
export async function countEvents(em: SqlEntityManager, dialect: Dialect, through?: string): Promise<StoredTotals> {
  const days = await daysWithEvents(em, through);
  let events = 0;
  for (const day of days) {
    for (const slice of dialect.slices) {
      const [row] = await run<{ count: number }>(
        em,
        sql`select count(*) as count from ${TABLES.events} where day_bucket = ${day} ${slice}`
      );
      events += Number(row?.count ?? 0);
    }
    await setImmediate();
  }
  return { events, oldestDay: days[0] ?? null, newestDay: days.at(-1) ?? null };
}
