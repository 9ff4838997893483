import { setImmediate } from 'node:timers/promises';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { sql, type RawBuilder } from 'kysely';
import { tables } from '../../schema/dictionary.ts';
import type { Table } from '../../schema/field.ts';
import type { PurgedDays } from '../../store/store.ts';
import type { Dialect } from '../dialect.ts';

/** Whether a day is one that is not kept; every day is where none is named. */
export function isPurged(day: string, days: PurgedDays | undefined): boolean {
  return days === undefined || day <= days.through || day > days.after;
}

/** Deletes, of every table, what is of these days; all of it without any. Returns the number of events deleted. */
export async function purgeTables(em: SqlEntityManager, dialect: Dialect, days?: PurgedDays): Promise<number> {
  let deletedEvents = 0;
  // The salts first: a bot that writes meanwhile puts its own beside its events again, and none of its events is left without one.
  for (const table of [tables.salts, ...Object.values<Table>(tables).filter((one) => one !== tables.salts)]) {
    const deleted = await purgeTable(em, dialect, table, days);
    if (table === tables.events) deletedEvents = deleted;
  }
  return deletedEvents;
}

/**
 * A chunk of a day at a time, the oldest day first. The rows are found by the key and in its order: without the order the whole table would be
 * read for every chunk. The lock of the day keeps two purges from waiting for each other's rows; locking the rows themselves would take the
 * right to change them.
 */
async function purgeTable(em: SqlEntityManager, dialect: Dialect, table: Table, days: PurgedDays | undefined): Promise<number> {
  let deleted = 0;
  for (const day of (await dialect.days(em, table)).filter((one) => isPurged(one, days))) {
    for (const part of await dialect.tablesOf(em, table, day)) deleted += await deleteDay(em, dialect, table, part, day);
  }
  return deleted;
}

async function deleteDay(
  em: SqlEntityManager,
  dialect: Dialect,
  { key, fields }: Table,
  part: RawBuilder<unknown>,
  day: string
): Promise<number> {
  const columns = sql.join(key.map((property) => sql.ref(fields[property]?.column ?? property)));
  for (let deleted = 0; ;) {
    const ofChunk = await em.transactional(async (inside) => {
      await dialect.lockDay(inside, day);
      const { numAffectedRows } = await sql`delete from ${part} where (${columns}) in
        (select ${columns} from ${part} where day_bucket = ${day} order by ${columns} limit ${dialect.purgeChunk})`.execute(
        inside.getKysely()
      );
      return Number(numAffectedRows ?? 0);
    });
    deleted += ofChunk;
    if (ofChunk < dialect.purgeChunk) return deleted;
    await setImmediate();
  }
}
