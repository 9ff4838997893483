import { setImmediate } from 'node:timers/promises';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { sql } from 'kysely';
import type { PurgedDays, StoredTotals } from '../../store/store.ts';
import { daysWithEvents, run, TABLES } from './tables.ts';

/** Counts the events of these days; all of them without any. */
export async function countEvents(em: SqlEntityManager, purged?: PurgedDays): Promise<StoredTotals> {
  const all = await daysWithEvents(em);
  const days = purged === undefined ? all : all.filter((day) => day <= purged.through || day > purged.after);
  let events = 0;
  for (const day of days) {
    const [row] = await run<{ count: number }>(em, sql`select count(*) as count from ${TABLES.events} where day_bucket = ${day}`);
    events += Number(row?.count ?? 0);
    // SQLite answers at once: what else waits on its thread comes first.
    await setImmediate();
  }
  return { events, oldestDay: days[0] ?? null, newestDay: days.at(-1) ?? null };
}

/** The newest day that has events; `null` where none has. */
export async function newestDay(em: SqlEntityManager): Promise<string | null> {
  const [row] = await run<{ day: string | null }>(em, sql`select cast(max(day_bucket) as text) as day from ${TABLES.events}`);
  return row?.day ?? null;
}
