import { setImmediate } from 'node:timers/promises';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { sql } from 'kysely';
import { addBucketText, BUCKET_SQL } from '../../events/durationBuckets.ts';
import type { Surface } from '../../schema/closedLists.ts';
import { tables } from '../../schema/dictionary.ts';
import { surfacePrefix } from '../../schema/eventName.ts';
import type { EventCount, EventDurations, Usage, UsageRange } from '../../store/store.ts';
import type { Dialect } from '../dialect.ts';
import { readGuilds } from './guilds.ts';
import { rowsOf } from './rowsOf.ts';
import { onSurface, spanOf } from './spans.ts';
import { run } from './tables.ts';
import { UsageTally } from './usageTally.ts';

const BUCKET = sql.raw(BUCKET_SQL);
/** How many rows are added up in a millisecond: of counts, and of durations. */
const [COUNTS, DURATIONS] = [2_000, 250];

/** Reads what a report needs: the roll-ups of the days that have them, and the events of the others. */
export async function readUsage(em: SqlEntityManager, dialect: Dialect, today: string, { spans, surface }: UsageRange): Promise<Usage> {
  await dialect.prepareForCounting(em);
  const tally = new UsageTally();
  const rolledUp = await dialect.days(em, tables.dailyCounts);
  const stored = await dialect.days(em, tables.events);
  const closed = rolledUp.filter((day) => spanOf(spans, day) >= 0);
  const open = stored.filter((day) => spanOf(spans, day) >= 0 && !rolledUp.includes(day));
  if (closed.length > 0) await addRollups(em, dialect, tally, { days: closed, spans, surface });
  for (const day of open) await addEvents(em, dialect, tally, day, { span: spanOf(spans, day), surface });
  const guilds = await readGuilds(em, dialect, { closed, open, spans, surface }, tally.features);
  return {
    counts: tally.counts,
    spans: guilds.map((ofSpan, span) => ({ ...ofSpan, durations: tally.durations(span) })),
    future: stored.some((day) => day > today) ? await eventsAfter(em, dialect, today, surface) : 0,
    oldestDay: [...rolledUp.slice(0, 1), ...stored.slice(0, 1)].toSorted()[0] ?? null
  };
}

/** How many events are dated later than `day`, weighted as all counts are. */
async function eventsAfter(em: SqlEntityManager, dialect: Dialect, day: string, surface?: Surface): Promise<number> {
  const [row] = await run<{ events: number | null }>(
    em,
    sql`select sum(1 / sample_rate) as events from ${dialect.tables.events} where day_bucket > ${day} ${onSurface(surface)}`
  );
  return Number(row?.events ?? 0);
}

/** Adds up the events of one day. */
export async function addEvents(
  em: SqlEntityManager,
  dialect: Dialect,
  tally: UsageTally,
  day: string,
  { span, surface }: { readonly span: number; readonly surface?: Surface | undefined }
): Promise<void> {
  const events = await rowsOf(em, dialect, tables.events, day);
  const counts = await run<Omit<EventCount, 'day'>>(
    em,
    sql`select event_name as "eventName", provider, status, error_type as "errorType", sample_rate as "sampleRate", count(*) as count
      from ${events} where true ${onSurface(surface)} group by 1, 2, 3, 4, 5`
  );
  // A count of rows comes from PostgreSQL as text.
  for (const { eventName, provider, status, errorType, sampleRate, count } of counts)
    tally.add({ day, eventName, provider, status, errorType, sampleRate, count: Number(count) });
  const durations = await run<Omit<EventDurations, 'buckets'> & { readonly bucket: number; readonly count: number }>(
    em,
    sql`select event_name as "eventName", sample_rate as "sampleRate", count(*) as count, ${BUCKET} as bucket
      from ${events} where duration_ms is not null ${onSurface(surface)} group by 1, 2, 4`
  );
  for (const { eventName, sampleRate, bucket, count } of durations) {
    const buckets = tally.bucketsOf(span, eventName, sampleRate);
    buckets[bucket] = (buckets[bucket] ?? 0) + Number(count);
  }
}

async function addRollups(
  em: SqlEntityManager,
  dialect: Dialect,
  tally: UsageTally,
  { days, spans, surface }: UsageRange & { readonly days: readonly string[] }
): Promise<void> {
  const ofSurface = surface === undefined ? sql`` : sql`and event_name like ${`${surfacePrefix(surface)}%`}`;
  for (const rows of await dialect.rowsOfDays(em, tables.dailyCounts, days)) {
    const counts = await run<EventCount>(
      em,
      sql`select cast(day_bucket as text) as day, event_name as "eventName", nullif(provider, '') as provider, status,
          nullif(error_type, '') as "errorType", sample_rate as "sampleRate", count
        from ${rows} where true ${ofSurface}`
    );
    for (const [at, row] of counts.entries()) {
      tally.add(row);
      // With PostgreSQL this is the bot's thread.
      if (at % COUNTS === COUNTS - 1) await setImmediate();
    }
  }
  for (const rows of await dialect.rowsOfDays(em, tables.dailyDurations, days)) {
    const durations = await run<Omit<EventDurations, 'buckets'> & { readonly day: string; readonly buckets: string }>(
      em,
      sql`select cast(day_bucket as text) as day, event_name as "eventName", sample_rate as "sampleRate", buckets
        from ${rows} where true ${ofSurface}`
    );
    for (const [at, { day, eventName, sampleRate, buckets }] of durations.entries()) {
      addBucketText(tally.bucketsOf(spanOf(spans, day), eventName, sampleRate), buckets);
      if (at % DURATIONS === DURATIONS - 1) await setImmediate();
    }
  }
}
