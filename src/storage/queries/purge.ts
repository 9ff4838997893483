import { setImmediate } from 'node:timers/promises';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { sql, type RawBuilder } from 'kysely';
import { tables } from '../../schema/dictionary.ts';
import type { Table } from '../../schema/field.ts';
import type { PurgedDays } from '../../store/store.ts';
import type { Dialect } from '../dialect.ts';
import { AFTER_ALL, run } from './tables.ts';

const ALL_DAYS: PurgedDays = { through: AFTER_ALL, after: AFTER_ALL };

/** Deletes, of every table, what is of these days. Returns the number of events deleted. */
export async function purgeTables(em: SqlEntityManager, dialect: Dialect, days = ALL_DAYS): Promise<number> {
  let deletedEvents = 0;
  for (const table of Object.values<Table>(tables)) {
    const deleted = await purgeTable(em, dialect, table, days);
    if (table === tables.events) deletedEvents = deleted;
  }
  return deletedEvents;
}

/**
 * A chunk of a day at a time, the old days first. The rows are found by the key and in its order: without the order the whole table would be
 * read for every chunk. The lock of the day keeps two purges from waiting for each other's rows; locking the rows themselves would take the
 * right to change them.
 */
async function purgeTable(em: SqlEntityManager, dialect: Dialect, { name, key, fields }: Table, days: PurgedDays): Promise<number> {
  const table = sql.table(name);
  const columns = sql.join(key.map((property) => sql.ref(fields[property]?.column ?? property)));
  let deleted = 0;
  for (;;) {
    const day = await nextDay(em, table, days);
    if (day === undefined) return deleted;
    deleted += await em.transactional(async (inside) => {
      await dialect.lockDay(inside, day);
      const { numAffectedRows } = await sql`delete from ${table} where (${columns}) in
        (select ${columns} from ${table} where day_bucket = ${day} order by ${columns} limit ${dialect.purgeChunk})`.execute(
        inside.getKysely()
      );
      return Number(numAffectedRows ?? 0);
    });
    await setImmediate();
  }
}

/** Which of these days is next, the oldest first; `undefined` where nothing is left of them. Each end is found by the key. */
async function nextDay(em: SqlEntityManager, table: RawBuilder<unknown>, { through, after }: PurgedDays): Promise<string | undefined> {
  const [oldest] = await run<{ day: string | null }>(em, sql`select cast(min(day_bucket) as text) as day from ${table}`);
  if (!oldest?.day) return undefined;
  if (oldest.day <= through) return oldest.day;
  const [newest] = await run<{ day: string | null }>(em, sql`select cast(max(day_bucket) as text) as day from ${table}`);
  return newest?.day && newest.day > after ? newest.day : undefined;
}
