import { setImmediate } from 'node:timers/promises';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { sql } from 'kysely';
import { tables } from '../../schema/dictionary.ts';
import type { Table } from '../../schema/field.ts';
import type { Dialect } from '../dialect.ts';
import { AFTER_ALL, run } from './tables.ts';

/** Deletes, of every table, what is as old as `through` or older. Returns the number of events deleted. */
export async function purgeTables(em: SqlEntityManager, dialect: Dialect, through = AFTER_ALL): Promise<number> {
  let deletedEvents = 0;
  for (const table of Object.values<Table>(tables)) {
    const deleted = await purgeTable(em, dialect, table, through);
    if (table === tables.events) deletedEvents = deleted;
  }
  return deletedEvents;
}

/**
 * A chunk of a day at a time, the oldest day first. The rows are found by the key and in its order: without the order the whole table would be
 * read for every chunk. The lock of the day keeps two purges from waiting for each other's rows; locking the rows themselves would take the
 * right to change them.
 */
async function purgeTable(em: SqlEntityManager, dialect: Dialect, { name, key, fields }: Table, through: string): Promise<number> {
  const table = sql.table(name);
  const columns = sql.join(key.map((property) => sql.ref(fields[property]?.column ?? property)));
  let deleted = 0;
  for (;;) {
    const [oldest] = await run<{ day: string | null }>(em, sql`select cast(min(day_bucket) as text) as day from ${table}`);
    const day = oldest?.day;
    if (!day || day > through) return deleted;
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
