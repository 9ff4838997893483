import { setImmediate } from 'node:timers/promises';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { sql, type RawBuilder } from 'kysely';
import { daysDownFrom } from '../events/day.ts';
import { GAMMA } from '../events/durationBuckets.ts';
import type { Engine } from './engine.ts';
import { run, TABLES } from './sql.ts';
import type { DurationCount, EventCount, StoredTotals, Usage, UsageRange } from './store.ts';

const FIRST_DAY = '0001-01-01';
export const LAST_DAY = '9999-12-31';

interface SurfaceGuild {
  readonly surface: string;
  readonly guildHash: string;
}

type Counted<Row> = Omit<Row, 'count'> & { count: number };

/** Counts that arrive in parts, put together. A count may come as text from the database, so each passes through `Number`. */
export class UsageTally {
  readonly counts = new Map<string, Counted<EventCount>>();
  readonly durations = new Map<string, Counted<DurationCount>>();
  /** The hashes of each surface. */
  readonly guilds = new Map<string, Set<string>>();

  addCount(day: string, { eventName, provider, status, errorType, sampleRate, count }: Omit<EventCount, 'day'>): void {
    const key = `${day}\n${eventName}\n${provider ?? ''}\n${status}\n${errorType ?? ''}\n${sampleRate}`;
    const known = this.counts.get(key);
    if (known === undefined) this.counts.set(key, { day, eventName, provider, status, errorType, sampleRate, count: Number(count) });
    else known.count += Number(count);
  }

  addDuration(bucket: number, { eventName, sampleRate, count }: Omit<DurationCount, 'bucket'>): void {
    const key = `${eventName}\n${bucket}\n${sampleRate}`;
    const known = this.durations.get(key);
    if (known === undefined) this.durations.set(key, { eventName, bucket: Number(bucket), sampleRate, count: Number(count) });
    else known.count += Number(count);
  }

  addGuild({ surface, guildHash }: SurfaceGuild): void {
    const hashes = this.guilds.get(surface);
    if (hashes === undefined) this.guilds.set(surface, new Set([guildHash]));
    else hashes.add(guildHash);
  }

  usage(): Usage {
    const guilds = new Set([...this.guilds.values()].flatMap((hashes) => [...hashes]));
    return { counts: [...this.counts.values()], durations: [...this.durations.values()], guilds: guilds.size };
  }
}

/** Reads what a report needs: the totals of the days that were summed up, and the events of the others. */
export async function readUsage(em: SqlEntityManager, engine: Engine, { from, to, surface }: UsageRange): Promise<Usage> {
  await engine.prepareForCounting(em);
  const tally = new UsageTally();
  const summed = await summedDays(em, from, to);
  for (let first = 0; first < summed.length; first += engine.daysPerStatement) {
    const days = sql`day_bucket in (${sql.join(summed.slice(first, first + engine.daysPerStatement))})`;
    await addTotals(em, tally, sql`${days} ${surface === undefined ? sql`` : sql`and event_name like ${`${surface}.%`}`}`);
    const onSurface = surface === undefined ? sql`` : sql`and surface = ${surface}`;
    await addGuilds(
      em,
      tally,
      sql`select distinct surface, guild_hash as "guildHash" from ${TABLES.dailyGuilds} where ${days} ${onSurface}`
    );
    // On SQLite these days are read on the bot's own thread: what else waits there comes first.
    await setImmediate();
  }
  const open = daysDownFrom(to, from).filter((day) => !summed.includes(day));
  for (const day of open) await addEvents(em, engine, tally, day, surface);
  return tally.usage();
}

/** The days that have events, the oldest first, up to and including `through`. Found one by one by the key, without reading the events. */
export async function daysWithEvents(em: SqlEntityManager, through = LAST_DAY): Promise<string[]> {
  const days: string[] = [];
  for (;;) {
    const after = sql`where day_bucket > ${days.at(-1) ?? FIRST_DAY}`;
    const [row] = await run<{ day: string | null }>(em, sql`select cast(min(day_bucket) as text) as day from ${TABLES.events} ${after}`);
    if (row === undefined || row.day === null || row.day > through) return days;
    days.push(row.day);
  }
}

/** Counts the events up to and including `through`, a slice of a day at a time. */
export async function countEvents(em: SqlEntityManager, engine: Engine, through?: string): Promise<StoredTotals> {
  const days = await daysWithEvents(em, through);
  let events = 0;
  for (const day of days) {
    for (const slice of engine.slices) {
      const [row] = await run<{ count: number }>(
        em,
        sql`select count(*) as count from ${TABLES.events} where day_bucket = ${day} ${slice}`
      );
      events += Number(row?.count ?? 0);
    }
    await setImmediate();
  }
  return { events, oldestDay: days[0] ?? null, newestDay: days.at(-1) ?? null };
}

/** Adds up the events of one day, a slice of them at a time. */
export async function addEvents(em: SqlEntityManager, engine: Engine, tally: UsageTally, day: string, surface?: string): Promise<void> {
  for (const slice of engine.slices) {
    const where = sql`day_bucket = ${day} ${slice} ${surface === undefined ? sql`` : sql`and surface = ${surface}`}`;
    const counts = await run<Omit<EventCount, 'day'>>(
      em,
      sql`select event_name as "eventName", provider, status, error_type as "errorType", sample_rate as "sampleRate", count(*) as count
        from ${TABLES.events} where ${where} group by 1, 2, 3, 4, 5`
    );
    for (const row of counts) tally.addCount(day, row);
    const durations = await run<DurationCount>(
      em,
      sql`select event_name as "eventName", sample_rate as "sampleRate", count(*) as count,
          case when duration_ms < 1 then 0 else ceil(ln(duration_ms) / ${sql.lit(Math.log(GAMMA))}) end as bucket
        from ${TABLES.events} where ${where} and duration_ms is not null group by 1, 2, 4`
    );
    for (const row of durations) tally.addDuration(row.bucket, row);
    await addGuilds(
      em,
      tally,
      sql`select distinct surface, guild_hash as "guildHash" from ${TABLES.events} where ${where} and guild_hash is not null`
    );
    await setImmediate();
  }
}

async function addTotals(em: SqlEntityManager, tally: UsageTally, where: RawBuilder<unknown>): Promise<void> {
  const counts = await run<EventCount>(
    em,
    sql`select cast(day_bucket as text) as day, event_name as "eventName", nullif(provider, '') as provider, status,
        nullif(error_type, '') as "errorType", sample_rate as "sampleRate", count
      from ${TABLES.dailyCounts} where ${where}`
  );
  for (const row of counts) tally.addCount(row.day, row);
  const durations = await run<DurationCount>(
    em,
    sql`select event_name as "eventName", bucket, sample_rate as "sampleRate", sum(count) as count
      from ${TABLES.dailyDurations} where ${where} group by 1, 3, 2`
  );
  for (const row of durations) tally.addDuration(row.bucket, row);
}

async function addGuilds(em: SqlEntityManager, tally: UsageTally, query: RawBuilder<unknown>): Promise<void> {
  for (const guild of await run<SurfaceGuild>(em, query)) tally.addGuild(guild);
}

async function summedDays(em: SqlEntityManager, from: string, to: string): Promise<string[]> {
  const rows = await run<{ day: string }>(
    em,
    sql`select distinct cast(day_bucket as text) as day from ${TABLES.dailyCounts} where day_bucket >= ${from} and day_bucket <= ${to}`
  );
  return rows.map(({ day }) => day);
}
