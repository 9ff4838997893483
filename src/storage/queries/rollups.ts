import { setImmediate } from 'node:timers/promises';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { sql, type RawBuilder } from 'kysely';
import { DAY_MS, utcDay } from '../../events/day.ts';
import { toBucketText } from '../../events/durationBuckets.ts';
import { tables } from '../../schema/dictionary.ts';
import type { Dialect } from '../dialect.ts';
import { guildsOf } from './guilds.ts';
import { rowsOf } from './rowsOf.ts';
import { run } from './tables.ts';
import { addEvents } from './usage.ts';
import { UsageTally } from './usageTally.ts';

const ROWS_PER_STATEMENT = 500;

/** Rolls up each day that ended long enough before `nowMs` and has events and no roll-ups. Returns how many days. */
export async function rollUpSettledDays(em: SqlEntityManager, dialect: Dialect, nowMs: number): Promise<number> {
  const newest = utcDay(nowMs - dialect.settledMs - DAY_MS);
  let rolledUp = 0;
  for (const day of (await dialect.days(em, tables.events)).filter((one) => one <= newest)) {
    if (await em.transactional((inside) => rollUp(inside, dialect, day))) rolledUp += 1;
  }
  return rolledUp;
}

/** Deletes the roll-ups of a day whose events change. The next roll-up makes them anew. */
export async function invalidateRollups(em: SqlEntityManager, dialect: Dialect, day: string): Promise<void> {
  for (const table of [tables.dailyCounts, tables.dailyDurations, tables.dailyGuilds]) await dialect.clearDay(em, table, day);
}

async function rollUp(em: SqlEntityManager, dialect: Dialect, day: string): Promise<boolean> {
  await dialect.lockDay(em, day);
  const done = await run(em, sql`select 1 from ${await rowsOf(em, dialect, tables.dailyCounts, day)} limit 1`);
  if (done.length > 0) return false;
  await dialect.prepareForCounting(em);
  const tally = new UsageTally();
  await addEvents(em, dialect, tally, day, { span: 0 });
  await insert(
    em,
    sql`${await dialect.tableFor(em, tables.dailyCounts, day)} (day_bucket, event_name, provider, status, error_type, sample_rate, count)`,
    Array.from(tally.counts, (row) => [day, row.eventName, row.provider ?? '', row.status, row.errorType ?? '', row.sampleRate, row.count])
  );
  await insert(
    em,
    sql`${await dialect.tableFor(em, tables.dailyDurations, day)} (day_bucket, event_name, sample_rate, buckets)`,
    tally.durations(0).map((row) => [day, row.eventName, row.sampleRate, toBucketText(row.buckets)])
  );
  await run(
    em,
    sql`insert into ${await dialect.tableFor(em, tables.dailyGuilds, day)} (day_bucket, guild_hash, features)
      select cast(${day} as ${sql.raw(dialect.columnTypes.day)}), guild_hash, string_agg(features, ' ' order by features)
      from ${guildsOf(await rowsOf(em, dialect, tables.events, day))} group by guild_hash`
  );
  await dialect.renewDay(em, tables.events, day);
  return true;
}

async function insert(em: SqlEntityManager, into: RawBuilder<unknown>, rows: readonly (readonly unknown[])[]): Promise<void> {
  for (let first = 0; first < rows.length; first += ROWS_PER_STATEMENT) {
    const values = rows.slice(first, first + ROWS_PER_STATEMENT).map((row) => sql`(${sql.join(row)})`);
    await run(em, sql`insert into ${into} values ${sql.join(values)}`);
    await setImmediate();
  }
}
