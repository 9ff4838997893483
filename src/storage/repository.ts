import { setImmediate } from 'node:timers/promises';
import type { MikroORM, SqlEntityManager } from '@mikro-orm/sql';
import { sql, type RawBuilder } from 'kysely';
import { tables, type TelemetryEvent, type TelemetryLoss } from '../events/dictionary.ts';
import { GAMMA } from '../events/durationBuckets.ts';
import type { Engine } from './engine.ts';
import type { DayUsage, DurationCount, EventCount, LossCount, Store, StoredTotals } from './store.ts';

const EVENTS = sql.table(tables.events.name);
const LOSSES = sql.table(tables.losses.name);

/** Every query of ours, for both engines. A number that was counted may come as text, so each passes through `Number`. */
export class Repository implements Store {
  readonly description: string;
  readonly batchSize: number;
  readonly #orm: MikroORM;
  readonly #engine: Engine;

  constructor(orm: MikroORM, engine: Engine) {
    this.#orm = orm;
    this.#engine = engine;
    this.description = engine.description;
    this.batchSize = engine.batchSize;
  }

  write(events: readonly TelemetryEvent[]): Promise<void> {
    return this.#attempt((em) => this.#engine.insertEvents(em, events));
  }

  writeLosses(losses: readonly TelemetryLoss[]): Promise<void> {
    return this.#attempt(async (em) => {
      const rows = losses.map(({ dayBucket, id, reason, count }) => sql`(${dayBucket}, ${id}, ${reason}, ${count})`);
      await this.#run(em, sql`insert into ${LOSSES} (day_bucket, id, reason, count) values ${sql.join(rows)} on conflict do nothing`);
    });
  }

  usage(days: readonly string[], surface?: string): Promise<DayUsage[]> {
    return this.#attempt(async (em) => {
      const { reportIsolation: isolationLevel } = this.#engine;
      if (isolationLevel === undefined) return this.#eachDay(em, days, surface);
      return em.transactional((inside) => this.#eachDay(inside, days, surface), { isolationLevel, readOnly: true });
    });
  }

  losses(from: string, to: string): Promise<LossCount[]> {
    return this.#attempt(async (em) => {
      const rows = await this.#run<LossCount>(
        em,
        sql`select cast(day_bucket as text) as day, reason, sum(count) as count from ${LOSSES}
          where day_bucket >= ${from} and day_bucket <= ${to} group by day_bucket, reason order by day_bucket, reason`
      );
      return rows.map((row) => ({ ...row, count: Number(row.count) }));
    });
  }

  totals(through?: string): Promise<StoredTotals> {
    return this.#attempt(async (em) => {
      const [row] = await this.#run<StoredTotals>(
        em,
        sql`select count(*) as events, cast(min(day_bucket) as text) as "oldestDay", cast(max(day_bucket) as text) as "newestDay"
          from ${EVENTS} ${upTo(through)}`
      );
      return { events: Number(row?.events ?? 0), oldestDay: row?.oldestDay ?? null, newestDay: row?.newestDay ?? null };
    });
  }

  purge(day?: string): Promise<number> {
    return this.#attempt(async (em) => {
      const deleted = await this.#purgeTable(em, EVENTS, day);
      await this.#purgeTable(em, LOSSES, day);
      await this.#engine.compact(em);
      return deleted;
    });
  }

  async close(): Promise<void> {
    await this.#orm.close(true);
  }

  /** The rows are found by the key and in its order: without the order the whole table would be read for every chunk. */
  async #purgeTable(em: SqlEntityManager, table: RawBuilder<unknown>, day: string | undefined): Promise<number> {
    let deleted = 0;
    for (;;) {
      const { numAffectedRows } = await sql`delete from ${table} where (day_bucket, id) in
        (select day_bucket, id from ${table} ${upTo(day)} order by day_bucket, id limit ${this.#engine.purgeChunk})`.execute(
        em.getKysely()
      );
      deleted += Number(numAffectedRows ?? 0);
      if (!numAffectedRows) return deleted;
      await setImmediate();
    }
  }

  async #eachDay(em: SqlEntityManager, days: readonly string[], surface: string | undefined): Promise<DayUsage[]> {
    const usages: DayUsage[] = [];
    for (const day of days) {
      const where = surface === undefined ? sql`day_bucket = ${day}` : sql`day_bucket = ${day} and surface = ${surface}`;
      const counts = await this.#run<EventCount>(
        em,
        sql`select event_name as "eventName", provider, status, error_type as "errorType", sample_rate as "sampleRate", count(*) as count
          from ${EVENTS} where ${where} group by event_name, provider, status, error_type, sample_rate`
      );
      const durations = await this.#run<DurationCount>(
        em,
        sql`select event_name as "eventName", sample_rate as "sampleRate", count(*) as count,
            case when duration_ms < 1 then 0 else ceil(ln(duration_ms) / ${sql.lit(Math.log(GAMMA))}) end as bucket
          from ${EVENTS} where ${where} and duration_ms is not null group by 1, 2, 4`
      );
      const guilds = await this.#run<{ guildHash: string }>(
        em,
        sql`select distinct guild_hash as "guildHash" from ${EVENTS} where ${where} and guild_hash is not null`
      );
      usages.push({
        day,
        counts: counts.map((row) => ({ ...row, count: Number(row.count) })),
        durations: durations.map((row) => ({ ...row, count: Number(row.count), bucket: Number(row.bucket) })),
        guildHashes: guilds.map(({ guildHash }) => guildHash)
      });
      // On SQLite a day is read on the bot's own thread: what else waits there comes first.
      await setImmediate();
    }
    return usages;
  }

  async #run<Row>(em: SqlEntityManager, query: RawBuilder<unknown>): Promise<Row[]> {
    const { rows } = await query.execute(em.getKysely());
    return rows as Row[];
  }

  async #attempt<T>(work: (em: SqlEntityManager) => Promise<T>): Promise<T> {
    try {
      return await work(this.#orm.em.fork());
    } catch (error) {
      throw this.#engine.toStoreError(error);
    }
  }
}

function upTo(day: string | undefined): RawBuilder<unknown> {
  return day === undefined ? sql`` : sql`where day_bucket <= ${day}`;
}
