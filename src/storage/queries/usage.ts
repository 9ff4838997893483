import type { SqlEntityManager } from '@mikro-orm/sql';
import { sql, type RawBuilder } from 'kysely';
import { daysDownFrom } from '../../events/day.ts';
import { BUCKET_SQL } from '../../events/durationBuckets.ts';
import type { Surface } from '../../schema/closedLists.ts';
import { tables } from '../../schema/dictionary.ts';
import { surfacePrefix } from '../../schema/eventName.ts';
import type { DurationCount, EventCount, Usage, UsageRange } from '../../store/store.ts';
import type { Dialect } from '../dialect.ts';
import { rowsOf } from './rowsOf.ts';
import { run } from './tables.ts';
import { UsageTally, type SurfaceGuild } from './usageTally.ts';

const BUCKET = sql.raw(BUCKET_SQL);

/** Reads what a report needs: the roll-ups of the days that have them, and the events of the others. */
export async function readUsage(em: SqlEntityManager, dialect: Dialect, { from, to, surface }: UsageRange): Promise<Usage> {
  await dialect.prepareForCounting(em);
  const tally = new UsageTally();
  const rolledUp = (await dialect.days(em, tables.dailyCounts)).filter((day) => day >= from && day <= to);
  if (rolledUp.length > 0) {
    const days = sql`day_bucket in (${sql.join(rolledUp)})`;
    await addRollups(
      em,
      dialect,
      tally,
      sql`${days} ${surface === undefined ? sql`` : sql`and event_name like ${`${surfacePrefix(surface)}%`}`}`
    );
    await addGuilds(
      em,
      tally,
      sql`select distinct surface, guild_hash as "guildHash" from ${dialect.tables.dailyGuilds} where ${days} ${onSurface(surface)}`
    );
  }
  const open = daysDownFrom(to, from).filter((day) => !rolledUp.includes(day));
  for (const day of open) await addEvents(em, dialect, tally, day, surface);
  return { ...tally.usage(), later: await laterEvents(em, dialect, to, surface) };
}

/** How many events are dated later than `to`, weighted as all counts are. */
async function laterEvents(em: SqlEntityManager, dialect: Dialect, to: string, surface?: Surface): Promise<number> {
  const [row] = await run<{ events: number | null }>(
    em,
    sql`select sum(1 / sample_rate) as events from ${dialect.tables.events} where day_bucket > ${to} ${onSurface(surface)}`
  );
  return Number(row?.events ?? 0);
}

function onSurface(surface: Surface | undefined): RawBuilder<unknown> {
  return surface === undefined ? sql`` : sql`and surface = ${surface}`;
}

/** Adds up the events of one day. */
export async function addEvents(em: SqlEntityManager, dialect: Dialect, tally: UsageTally, day: string, surface?: Surface): Promise<void> {
  const where = surface === undefined ? sql`true` : sql`surface = ${surface}`;
  const events = await rowsOf(em, dialect, tables.events, day);
  const counts = await run<Omit<EventCount, 'day'>>(
    em,
    sql`select event_name as "eventName", provider, status, error_type as "errorType", sample_rate as "sampleRate", count(*) as count
      from ${events} where ${where} group by 1, 2, 3, 4, 5`
  );
  for (const row of counts) tally.addCount(day, row);
  const durations = await run<DurationCount>(
    em,
    sql`select event_name as "eventName", sample_rate as "sampleRate", count(*) as count, ${BUCKET} as bucket
      from ${events} where ${where} and duration_ms is not null group by 1, 2, 4`
  );
  for (const row of durations) tally.addDuration(row.bucket, row);
  await addGuilds(
    em,
    tally,
    sql`select distinct surface, guild_hash as "guildHash" from ${events} where ${where} and guild_hash is not null`
  );
}

async function addRollups(em: SqlEntityManager, dialect: Dialect, tally: UsageTally, where: RawBuilder<unknown>): Promise<void> {
  const counts = await run<EventCount>(
    em,
    sql`select cast(day_bucket as text) as day, event_name as "eventName", nullif(provider, '') as provider, status,
        nullif(error_type, '') as "errorType", sample_rate as "sampleRate", count
      from ${dialect.tables.dailyCounts} where ${where}`
  );
  for (const row of counts) tally.addCount(row.day, row);
  const durations = await run<DurationCount>(
    em,
    sql`select event_name as "eventName", bucket, sample_rate as "sampleRate", sum(count) as count
      from ${dialect.tables.dailyDurations} where ${where} group by 1, 3, 2`
  );
  for (const row of durations) tally.addDuration(row.bucket, row);
}

async function addGuilds(em: SqlEntityManager, tally: UsageTally, query: RawBuilder<unknown>): Promise<void> {
  for (const guild of await run<SurfaceGuild>(em, query)) tally.addGuild(guild);
}
