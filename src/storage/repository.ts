import { setImmediate } from 'node:timers/promises';
import type { MikroORM, SqlEntityManager } from '@mikro-orm/sql';
import { sql } from 'kysely';
import type { Clock } from '../events/day.ts';
import { tables, type TelemetryEvent, type TelemetryLoss } from '../events/dictionary.ts';
import type { Table } from '../events/field.ts';
import { auditDatabase } from './audit.ts';
import { eraseGuild, forgetTotals, isLate, sumUpSettledDays } from './dailyTotals.ts';
import type { Engine } from './engine.ts';
import { run, TABLES } from './sql.ts';
import { StoreError, type Audit, type LossCount, type Store, type StoredTotals, type Usage, type UsageRange } from './store.ts';
import { countEvents, LAST_DAY, readUsage } from './usageQueries.ts';

/** A connection that was just opened. */
export interface OpenedOrm {
  readonly orm: MikroORM;
  /** Whether its tables were made only now. */
  readonly isNew: boolean;
}

/** The store of both engines. */
export class Repository implements Store {
  readonly description: string;
  readonly batchSize: number;
  readonly #engine: Engine;
  readonly #clock: Clock;
  readonly #open: () => Promise<OpenedOrm>;
  #orm: MikroORM;
  #isOpen = true;
  #reopening: Promise<void> | undefined;

  /** @param open opens the database and brings its tables up to date: now, and whenever it is gone from its place. */
  static async open(engine: Engine, clock: Clock, open: () => Promise<OpenedOrm>): Promise<Repository> {
    const { orm } = await open();
    return new Repository(orm, engine, clock, open);
  }

  private constructor(orm: MikroORM, engine: Engine, clock: Clock, open: () => Promise<OpenedOrm>) {
    this.#orm = orm;
    this.#engine = engine;
    this.#clock = clock;
    this.#open = open;
    this.description = engine.description;
    this.batchSize = engine.batchSize;
  }

  write(events: readonly TelemetryEvent[]): Promise<void> {
    return this.#attempt(async (em) => {
      const today = this.#clock.today();
      const late = [...new Set(events.map(({ dayBucket }) => dayBucket))].filter((day) => isLate(day, today));
      if (late.length === 0) return this.#engine.insertEvents(em, events);
      await em.transactional(async (inside) => {
        // In the order of the days, as every process does it: two can't wait for each other.
        for (const day of late) await this.#engine.lockDay(inside, day);
        await this.#engine.insertEvents(inside, events);
        for (const day of late) await forgetTotals(inside, day);
      });
    });
  }

  writeLosses(losses: readonly TelemetryLoss[]): Promise<void> {
    return this.#attempt(async (em) => {
      const rows = losses.map(({ dayBucket, id, reason, count }) => sql`(${dayBucket}, ${id}, ${reason}, ${count})`);
      await run(em, sql`insert into ${TABLES.losses} (day_bucket, id, reason, count) values ${sql.join(rows)} on conflict do nothing`);
    });
  }

  usage(range: UsageRange): Promise<Usage> {
    return this.#attempt((em) => em.transactional((inside) => readUsage(inside, this.#engine, range), this.#engine.snapshot));
  }

  losses(from: string, to: string): Promise<LossCount[]> {
    return this.#attempt(async (em) => {
      const rows = await run<LossCount>(
        em,
        sql`select cast(day_bucket as text) as day, reason, sum(count) as count from ${TABLES.losses}
          where day_bucket >= ${from} and day_bucket <= ${to} group by day_bucket, reason order by day_bucket, reason`
      );
      return rows.map((row) => ({ ...row, count: Number(row.count) }));
    });
  }

  totals(through?: string): Promise<StoredTotals> {
    return this.#attempt((em) => countEvents(em, this.#engine, through));
  }

  sumUp(): Promise<number> {
    return this.#attempt((em) => sumUpSettledDays(em, this.#engine, this.#clock.nowMs()));
  }

  purge(day?: string): Promise<number> {
    return this.#attempt(async (em) => {
      let deletedEvents = 0;
      for (const table of Object.values<Table>(tables)) {
        const deleted = await this.#purgeTable(em, table, day);
        if (table === tables.events) deletedEvents = deleted;
      }
      await this.#engine.compact(em);
      return deletedEvents;
    });
  }

  eraseGuild(guildHash: string): Promise<number> {
    return this.#attempt(async (em) => {
      const deleted = await eraseGuild(em, this.#engine, guildHash);
      await sumUpSettledDays(em, this.#engine, this.#clock.nowMs());
      await this.#engine.compact(em);
      return deleted;
    });
  }

  noteSalt(fingerprint: string): Promise<void> {
    return this.#attempt(async (em) => {
      await run(
        em,
        sql`insert into ${TABLES.salts} (day_bucket, fingerprint) values (${this.#clock.today()}, ${fingerprint}) on conflict do nothing`
      );
    });
  }

  saltFingerprints(): Promise<string[]> {
    return this.#attempt(async (em) => {
      const rows = await run<{ fingerprint: string }>(em, sql`select distinct fingerprint from ${TABLES.salts} order by fingerprint`);
      return rows.map(({ fingerprint }) => fingerprint);
    });
  }

  audit(retentionDays: number): Promise<Audit> {
    return this.#attempt((em) => auditDatabase(em, this.#engine, this.#clock.today(), retentionDays));
  }

  async close(): Promise<void> {
    await this.#orm.close(true);
  }

  /**
   * A chunk of a day at a time, the oldest day first. The rows are found by the key and in its order: without the order the whole table
   * would be read for every chunk. The lock of the day keeps two purges from waiting for each other's rows; locking the rows themselves
   * would take the right to change them.
   */
  async #purgeTable(em: SqlEntityManager, { name, key, fields }: Table, through = LAST_DAY): Promise<number> {
    const table = sql.table(name);
    const columns = sql.join(key.map((property) => sql.ref(fields[property]?.column ?? property)));
    let deleted = 0;
    for (;;) {
      const [oldest] = await run<{ day: string | null }>(em, sql`select cast(min(day_bucket) as text) as day from ${table}`);
      const day = oldest?.day;
      if (!day || day > through) return deleted;
      deleted += await em.transactional(async (inside) => {
        await this.#engine.lockDay(inside, day);
        const { numAffectedRows } = await sql`delete from ${table} where (${columns}) in
          (select ${columns} from ${table} where day_bucket = ${day} order by ${columns} limit ${this.#engine.purgeChunk})`.execute(
          inside.getKysely()
        );
        return Number(numAffectedRows ?? 0);
      });
      await setImmediate();
    }
  }

  /** @throws {StoreError} also when that went well, but all that was stored is lost: the operator has to read of it. */
  async #reopen(): Promise<void> {
    try {
      this.#isOpen = false;
      await this.#orm.close(true).catch(() => undefined);
      const { orm, isNew } = await this.#open();
      this.#orm = orm;
      this.#isOpen = true;
      if (isNew) throw new StoreError('unavailable', `${this.description} was deleted, moved away or emptied, and a new one was made`);
    } finally {
      this.#reopening = undefined;
    }
  }

  async #attempt<T>(work: (em: SqlEntityManager) => Promise<T>): Promise<T> {
    try {
      if (!this.#isOpen || this.#engine.isGone()) await (this.#reopening ??= this.#reopen());
      return await work(this.#orm.em.fork());
    } catch (error) {
      throw this.#engine.toStoreError(error);
    }
  }
}
