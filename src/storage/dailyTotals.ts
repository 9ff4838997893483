import { setImmediate } from 'node:timers/promises';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { sql, type RawBuilder } from 'kysely';
import { addDays, utcDay } from '../events/day.ts';
import type { Engine } from './engine.ts';
import { run, TABLES } from './sql.ts';
import { addEvents, daysWithEvents, UsageTally } from './usageQueries.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A day is summed up when it ended so long ago. Its events, all written by then, came without any lock. */
const SETTLED_MS = 25 * HOUR_MS;
const ROWS_PER_STATEMENT = 500;

/** The newest day that ended long enough ago, at a moment in milliseconds since 1970. */
function newestSettledDay(nowMs: number): string {
  return utcDay(nowMs - SETTLED_MS - DAY_MS);
}

/**
 * Whether an event of `day` comes so late that its day may be summed up already. An hour earlier than days are summed up: so far may the
 * clocks of two processes differ.
 */
export function isLate(day: string, today: string): boolean {
  return day < addDays(today, -1);
}

/** Sums up each settled day that has events and no totals. Returns how many days. */
export async function sumUpSettledDays(em: SqlEntityManager, engine: Engine, nowMs: number): Promise<number> {
  const newest = newestSettledDay(nowMs);
  let summed = 0;
  for (const day of await daysWithEvents(em, newest)) {
    if (await em.transactional((inside) => sumUp(inside, engine, day))) summed += 1;
  }
  return summed;
}

/** Forgets the totals of a day whose events change. They are made anew when days are summed up next. */
export async function forgetTotals(em: SqlEntityManager, day: string): Promise<void> {
  for (const table of [TABLES.dailyCounts, TABLES.dailyDurations, TABLES.dailyGuilds])
    await run(em, sql`delete from ${table} where day_bucket = ${day}`);
}

/** Deletes the events of one guild, a day at a time, and the totals of the days that had any. Returns the number of events deleted. */
export async function eraseGuild(em: SqlEntityManager, engine: Engine, guildHash: string): Promise<number> {
  let erased = 0;
  for (const day of await daysWithEvents(em)) {
    erased += await em.transactional(async (inside) => {
      await engine.lockDay(inside, day);
      let ofDay = 0;
      for (const slice of engine.slices) {
        const { numAffectedRows } =
          await sql`delete from ${TABLES.events} where day_bucket = ${day} ${slice} and guild_hash = ${guildHash}`.execute(
            inside.getKysely()
          );
        ofDay += Number(numAffectedRows ?? 0);
        await setImmediate();
      }
      if (ofDay > 0) await forgetTotals(inside, day);
      return ofDay;
    });
  }
  return erased;
}

async function sumUp(em: SqlEntityManager, engine: Engine, day: string): Promise<boolean> {
  await engine.lockDay(em, day);
  const done = await run(em, sql`select 1 from ${TABLES.dailyCounts} where day_bucket = ${day} limit 1`);
  if (done.length > 0) return false;
  await engine.prepareForCounting(em);
  const tally = new UsageTally();
  await addEvents(em, engine, tally, day);
  await insert(
    em,
    sql`${TABLES.dailyCounts} (day_bucket, event_name, provider, status, error_type, sample_rate, count)`,
    [...tally.counts.values()].map((row) => [
      day,
      row.eventName,
      row.provider ?? '',
      row.status,
      row.errorType ?? '',
      row.sampleRate,
      row.count
    ])
  );
  await insert(
    em,
    sql`${TABLES.dailyDurations} (day_bucket, event_name, sample_rate, bucket, count)`,
    [...tally.durations.values()].map((row) => [day, row.eventName, row.sampleRate, row.bucket, row.count])
  );
  await insert(
    em,
    sql`${TABLES.dailyGuilds} (day_bucket, surface, guild_hash)`,
    [...tally.guilds].flatMap(([surface, hashes]) => [...hashes].map((hash) => [day, surface, hash]))
  );
  return true;
}

async function insert(em: SqlEntityManager, into: RawBuilder<unknown>, rows: readonly (readonly unknown[])[]): Promise<void> {
  for (let first = 0; first < rows.length; first += ROWS_PER_STATEMENT) {
    const values = rows.slice(first, first + ROWS_PER_STATEMENT).map((row) => sql`(${sql.join(row)})`);
    await run(em, sql`insert into ${into} values ${sql.join(values)}`);
    await setImmediate();
  }
}
