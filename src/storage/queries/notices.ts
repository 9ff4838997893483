import type { SqlEntityManager } from '@mikro-orm/sql';
import { sql } from 'kysely';
import { addDays } from '../../events/day.ts';
import { LAST_CLAIM, tables, type Notice } from '../../schema/dictionary.ts';
import type { NoticeClaim } from '../../store/store.ts';
import type { Dialect } from '../dialect.ts';
import { rowsOf } from './rowsOf.ts';
import { run } from './tables.ts';

/** No more alerts than this are claimed on a day, and no more recoveries. */
const MOST_A_DAY = 10;

type ClaimedNotice = Pick<Notice, 'kind' | 'name'> & { readonly claim: number };

/** Writes the next claim of a notice down, unless there are others than those that were seen, or it may not be sent. */
export async function claimNotice(em: SqlEntityManager, dialect: Dialect, notice: Notice, seen: number): Promise<NoticeClaim> {
  const { dayBucket, kind, name } = notice;
  return em.transactional(async (inside) => {
    // Or two processes could claim the last alert of the day at once.
    await dialect.lockDay(inside, dayBucket);
    const ofDay = await noticesOf(inside, dialect, dayBucket);
    const claims = Math.max(0, ...ofDay.filter((one) => one.kind === kind && one.name === name).map(({ claim }) => claim));
    if (claims !== seen || claims >= LAST_CLAIM || (claims === 0 && !(await maySend(inside, dialect, notice, ofDay))))
      return { notice, isOurs: false, claims };
    await insertClaim(inside, dialect, notice, claims + 1);
    return { notice, isOurs: true, claims: claims + 1 };
  });
}

/** Writes the last claim of a notice down: nobody claims it any more. */
export function settleNotice(em: SqlEntityManager, dialect: Dialect, notice: Notice): Promise<void> {
  return em.transactional((inside) => insertClaim(inside, dialect, notice, LAST_CLAIM));
}

/** The names of the alerts of `today` and the day before that were sent, after which no recovery was. */
export function standingAlerts(em: SqlEntityManager, dialect: Dialect, today: string): Promise<string[]> {
  return em.transactional(async (inside) => {
    const standing = new Set<string>();
    for (const day of [addDays(today, -1), today]) {
      const sent = (await noticesOf(inside, dialect, day)).filter(({ claim }) => claim === LAST_CLAIM);
      for (const { kind, name } of sent) if (kind === 'alert') standing.add(name);
      for (const { kind, name } of sent) if (kind === 'recovery') standing.delete(name);
    }
    return [...standing];
  }, dialect.snapshot);
}

async function insertClaim(em: SqlEntityManager, dialect: Dialect, { dayBucket, kind, name }: Notice, claim: number): Promise<void> {
  const table = await dialect.tableFor(em, tables.notices, dayBucket);
  await run(
    em,
    sql`insert into ${table} (day_bucket, kind, name, claim) values (${dayBucket}, ${kind}, ${name}, ${claim}) on conflict do nothing`
  );
}

async function noticesOf(em: SqlEntityManager, dialect: Dialect, day: string): Promise<ClaimedNotice[]> {
  const rows = await run<ClaimedNotice>(em, sql`select kind, name, claim from ${await rowsOf(em, dialect, tables.notices, day)}`);
  return rows.map((row) => ({ ...row, claim: Number(row.claim) }));
}

async function maySend(
  em: SqlEntityManager,
  dialect: Dialect,
  { dayBucket, kind, name }: Notice,
  ofDay: readonly ClaimedNotice[]
): Promise<boolean> {
  if (kind === 'digest') return true;
  if (new Set(ofDay.filter((one) => one.kind === kind).map((one) => one.name)).size >= MOST_A_DAY) return false;
  // Of what nobody heard that it was broken, nobody wants to hear that it is well.
  const isAlert = (one: ClaimedNotice): boolean => one.kind === 'alert' && one.name === name;
  return kind === 'alert' || ofDay.some(isAlert) || (await noticesOf(em, dialect, addDays(dayBucket, -1))).some(isAlert);
}
