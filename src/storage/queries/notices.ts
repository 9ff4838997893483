import type { SqlEntityManager } from '@mikro-orm/sql';
import { sql } from 'kysely';
import { addDays } from '../../events/day.ts';
import { tables, type Notice } from '../../schema/dictionary.ts';
import type { Dialect } from '../dialect.ts';
import { rowsOf } from './rowsOf.ts';
import { run } from './tables.ts';

/** No more alerts than this are claimed on a day. */
const MOST_ALERTS = 10;

/** Writes a notice down, unless it is there or may not be sent. Returns whether it was written: by one of many processes. */
export async function claimNotice(em: SqlEntityManager, dialect: Dialect, notice: Notice): Promise<boolean> {
  const { dayBucket, kind, name } = notice;
  return em.transactional(async (inside) => {
    // Or two processes could claim the last alert of the day at once.
    await dialect.lockDay(inside, dayBucket);
    if (!(await maySend(inside, dialect, notice))) return false;
    const table = await dialect.tableFor(inside, tables.notices, dayBucket);
    const { numAffectedRows } =
      await sql`insert into ${table} (day_bucket, kind, name) values (${dayBucket}, ${kind}, ${name}) on conflict do nothing`.execute(
        inside.getKysely()
      );
    return Number(numAffectedRows ?? 0) === 1;
  });
}

async function maySend(em: SqlEntityManager, dialect: Dialect, { dayBucket, kind, name }: Notice): Promise<boolean> {
  const alertsOf = async (day: string): Promise<readonly string[]> => {
    const rows = await rowsOf(em, dialect, tables.notices, day);
    return (await run<Pick<Notice, 'name'>>(em, sql`select name from ${rows} where kind = 'alert'`)).map((alert) => alert.name);
  };
  if (kind === 'alert') return (await alertsOf(dayBucket)).length < MOST_ALERTS;
  if (kind === 'digest') return true;
  // Of what nobody heard that it was broken, nobody wants to hear that it is well.
  return [...(await alertsOf(dayBucket)), ...(await alertsOf(addDays(dayBucket, -1)))].includes(name);
}
