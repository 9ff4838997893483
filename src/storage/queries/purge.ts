import { setImmediate } from 'node:timers/promises';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { sql } from 'kysely';
import { tables } from '../../schema/dictionary.ts';
import type { Table } from '../../schema/field.ts';
import type { PurgedDays } from '../../store/store.ts';
import type { Dialect } from '../dialect.ts';
import { rowsOf } from './rowsOf.ts';
import { run } from './tables.ts';

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

/** A day at a time, the oldest first. */
async function purgeTable(em: SqlEntityManager, dialect: Dialect, table: Table, days: PurgedDays | undefined): Promise<number> {
  let deleted = 0;
  for (const day of (await dialect.days(em, table)).filter((one) => isPurged(one, days)))
    deleted += await deleteDay(em, dialect, table, day);
  return deleted;
}

/**
 * A chunk at a time, in the order of the key, and each from where the last one ended: PostgreSQL keeps what was deleted in its index for as long as
 * anyone still reads an older state, and to begin at the first row again would be to step over all of it for every chunk. The lock of the day
 * keeps two purges from waiting for each other's rows; locking the rows themselves would take the right to change them.
 */
async function deleteDay(em: SqlEntityManager, dialect: Dialect, table: Table, day: string): Promise<number> {
  const { key, fields } = table;
  const columns = sql.join(
    key.filter((property) => property !== 'dayBucket').map((property) => sql.ref(fields[property]?.column ?? property))
  );
  let rest = sql`day_bucket = ${day}`;
  for (let deleted = 0; ;) {
    const end = await em.transactional(async (inside) => {
      await dialect.lockDay(inside, day);
      const [row] = await run<Record<string, unknown>>(
        inside,
        sql`select ${columns} from ${await rowsOf(inside, dialect, table, day)} where ${rest} order by ${columns} limit 1 offset ${dialect.purgeChunk - 1}`
      );
      const upTo = row === undefined ? sql`` : sql`and (${columns}) <= (${sql.join(Object.values(row))})`;
      for (const part of await dialect.tablesOf(inside, table, day)) {
        const { numAffectedRows } = await sql`delete from ${part} where ${rest} ${upTo}`.execute(inside.getKysely());
        deleted += Number(numAffectedRows ?? 0);
      }
      return row;
    });
    if (end === undefined) return deleted;
    rest = sql`day_bucket = ${day} and (${columns}) > (${sql.join(Object.values(end))})`;
    await setImmediate();
  }
}
