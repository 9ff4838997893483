import { setImmediate } from 'node:timers/promises';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { sql } from 'kysely';
import { tables } from '../../schema/dictionary.ts';
import type { PurgedDays, StoredTotals } from '../../store/store.ts';
import type { Dialect } from '../dialect.ts';
import { isPurged } from './purge.ts';
import { rowsOf } from './rowsOf.ts';
import { run } from './tables.ts';

/** Counts the events of these days; all of them without any. */
export async function countEvents(em: SqlEntityManager, dialect: Dialect, purged?: PurgedDays): Promise<StoredTotals> {
  const days = (await dialect.days(em, tables.events)).filter((day) => isPurged(day, purged));
  let events = 0;
  for (const day of days) {
    const [row] = await em.transactional(
      async (inside) =>
        run<{ count: number }>(inside, sql`select count(*) as count from ${await rowsOf(inside, dialect, tables.events, day)}`),
      dialect.snapshot
    );
    events += Number(row?.count ?? 0);
    // SQLite answers at once: what else waits on its thread comes first.
    await setImmediate();
  }
  return { events, oldestDay: days[0] ?? null, newestDay: days.at(-1) ?? null };
}
