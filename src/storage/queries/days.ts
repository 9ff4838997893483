import { setImmediate } from 'node:timers/promises';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { sql } from 'kysely';
import type { StoredTotals } from '../../store/store.ts';
import type { Dialect } from '../dialect.ts';
import { run, TABLES } from './tables.ts';

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
