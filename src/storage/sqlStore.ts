import type { MikroORM, SqlEntityManager } from '@mikro-orm/sql';
import { sql } from 'kysely';
import type { Clock } from '../events/clock.ts';
import type { TelemetryLoss } from '../schema/dictionary.ts';
import type { TelemetryEvent } from '../schema/eventFields.ts';
import type { Audit, DatabaseClock, LossCount, PurgedDays, Store, StoredTotals, Usage, UsageRange } from '../store/store.ts';
import { StoreError } from '../store/storeError.ts';
import { auditDatabase } from './audit.ts';
import type { Dialect } from './dialect.ts';
import { eraseGuild } from './queries/eraseGuild.ts';
import { purgeTables } from './queries/purge.ts';
import { invalidateRollups, isLate, rollUpSettledDays } from './queries/rollups.ts';
import { run, TABLES } from './queries/tables.ts';
import { countEvents, newestDay } from './queries/totals.ts';
import { readUsage } from './queries/usage.ts';

/** A connection that was just opened. */
export interface OpenedOrm {
  readonly orm: MikroORM;
  /** Whether its tables were made only now. */
  readonly isNew: boolean;
}

/** The store in either database. */
export class SqlStore implements Store {
  readonly description: string;
  readonly batchSize: number;
  readonly restarts = 0;
  readonly #dialect: Dialect;
  readonly #clock: Clock;
  readonly #open: () => Promise<OpenedOrm>;
  #orm: MikroORM;
  #isOpen = true;
  #reopening: Promise<void> | undefined;

  /** @param open opens the database and brings its tables up to date: now, and whenever it is gone from its place. */
  static async open(dialect: Dialect, clock: Clock, open: () => Promise<OpenedOrm>): Promise<SqlStore> {
    const { orm } = await open();
    return new SqlStore(orm, dialect, clock, open);
  }

  private constructor(orm: MikroORM, dialect: Dialect, clock: Clock, open: () => Promise<OpenedOrm>) {
    this.#orm = orm;
    this.#dialect = dialect;
    this.#clock = clock;
    this.#open = open;
    this.description = dialect.description;
    this.batchSize = dialect.batchSize;
  }

  write(events: readonly TelemetryEvent[]): Promise<void> {
    return this.#attempt(async (em) => {
      const today = this.#clock.today();
      const late = [...new Set(events.map(({ dayBucket }) => dayBucket))].filter((day) => day !== today && isLate(day, today));
      if (late.length === 0) return this.#dialect.insertEvents(em, events);
      await em.transactional(async (inside) => {
        // In the order of the days, as every process does it: two can't wait for each other.
        for (const day of late) await this.#dialect.lockDay(inside, day);
        await this.#dialect.insertEvents(inside, events);
        for (const day of late) await invalidateRollups(inside, day);
      });
    });
  }

  /** Not while nothing can be awaited. */
  writeAtExit(events: readonly TelemetryEvent[]): readonly TelemetryEvent[] {
    return events;
  }

  writeLosses(losses: readonly TelemetryLoss[]): Promise<void> {
    return this.#attempt(async (em) => {
      const rows = losses.map(({ dayBucket, id, reason, count }) => sql`(${dayBucket}, ${id}, ${reason}, ${count})`);
      await run(em, sql`insert into ${TABLES.losses} (day_bucket, id, reason, count) values ${sql.join(rows)} on conflict do nothing`);
    });
  }

  usage(range: UsageRange): Promise<Usage> {
    return this.#attempt((em) => em.transactional((inside) => readUsage(inside, this.#dialect, range), this.#dialect.snapshot));
  }

  losses(from: string): Promise<LossCount[]> {
    return this.#attempt(async (em) => {
      const rows = await run<LossCount>(
        em,
        sql`select cast(day_bucket as text) as day, reason, sum(count) as count from ${TABLES.losses}
          where day_bucket >= ${from} group by day_bucket, reason order by day_bucket, reason`
      );
      return rows.map((row) => ({ ...row, count: Number(row.count) }));
    });
  }

  clock(): Promise<DatabaseClock> {
    return this.#attempt(async (em) => ({ nowMs: await this.#dialect.nowMs(em), newestDay: await newestDay(em) }));
  }

  totals(days?: PurgedDays): Promise<StoredTotals> {
    return this.#attempt((em) => countEvents(em, days));
  }

  rollUp(): Promise<number> {
    return this.#attempt((em) => rollUpSettledDays(em, this.#dialect, this.#clock.nowMs()));
  }

  purge(days?: PurgedDays): Promise<number> {
    return this.#attempt(async (em) => {
      const deleted = await purgeTables(em, this.#dialect, days);
      await this.#dialect.compact(em);
      return deleted;
    });
  }

  eraseGuild(guildHash: string): Promise<number> {
    return this.#attempt(async (em) => {
      const deleted = await eraseGuild(em, this.#dialect, guildHash);
      await rollUpSettledDays(em, this.#dialect, this.#clock.nowMs());
      await this.#dialect.compact(em);
      return deleted;
    });
  }

  recordSalt(fingerprint: string): Promise<void> {
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
    return this.#attempt((em) => auditDatabase(em, this.#dialect, this.#clock.today(), retentionDays));
  }

  async close(): Promise<void> {
    await this.#orm.close(true);
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
      if (!this.#isOpen || this.#dialect.isGone()) await (this.#reopening ??= this.#reopen());
      return await work(this.#orm.em.fork());
    } catch (error) {
      throw this.#dialect.toStoreError(error);
    }
  }
}
