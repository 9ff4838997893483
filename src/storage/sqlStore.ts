// Over 200 lines: each method of the store stands here with its transaction, and the queries elsewhere.
import type { MikroORM, SqlEntityManager } from '@mikro-orm/sql';
import { sql } from 'kysely';
import type { Clock } from '../events/clock.ts';
import { tables, type Notice, type OptOut, type TelemetryLoss, type TelemetrySalt } from '../schema/dictionary.ts';
import type { TelemetryEvent } from '../schema/eventFields.ts';
import type {
  Audit,
  ConnectionSafety,
  DatabaseClock,
  Deletion,
  LossCount,
  NoticeClaim,
  PurgedDays,
  Store,
  StoredTotals,
  Usage,
  UsageRange
} from '../store/store.ts';
import { StoreError } from '../store/storeError.ts';
import { auditDatabase } from './audit/auditDatabase.ts';
import type { Dialect } from './dialect.ts';
import { eraseGuilds } from './queries/eraseGuilds.ts';
import { claimNotice, settleNotice, standingAlerts } from './queries/notices.ts';
import { addOptOuts, readOptOuts, removeOptOuts } from './queries/optOuts.ts';
import { purgeTables } from './queries/purge.ts';
import { invalidateRollups, rollUpSettledDays } from './queries/rollups.ts';
import { run } from './queries/tables.ts';
import { countEvents } from './queries/totals.ts';
import { readUsage } from './queries/usage.ts';
import { Wiping } from './wiping.ts';

/** A connection that was just opened. */
export interface OpenedOrm {
  readonly orm: MikroORM;
  /** Whether its tables were made only now. */
  readonly isNew: boolean;
}

interface SqlStoreOptions {
  readonly dialect: Dialect;
  readonly clock: Clock;
  /** Of the salt that the hashes are made with. */
  readonly saltFingerprint: string | undefined;
  /**
   * Opens the database and brings its tables up to date: at first, and whenever it is gone from its place. `anew` makes it even where only a bot
   * may.
   */
  readonly open: (anew?: boolean) => Promise<OpenedOrm>;
}

/** The store in either database. */
export class SqlStore implements Store {
  readonly batchSize: number;
  readonly restarts = 0;
  readonly #dialect: Dialect;
  readonly #clock: Clock;
  readonly #saltFingerprint: string | undefined;
  readonly #open: SqlStoreOptions['open'];
  #orm: MikroORM;
  #isOpen = true;
  #reopening: Promise<void> | undefined;
  readonly #wiping: Wiping;

  static async open(options: SqlStoreOptions): Promise<SqlStore> {
    const { orm } = await options.open();
    return new SqlStore(orm, options);
  }

  private constructor(orm: MikroORM, { dialect, clock, saltFingerprint, open }: SqlStoreOptions) {
    this.#orm = orm;
    this.#dialect = dialect;
    this.#wiping = new Wiping(dialect, (work) => this.#attempt(work));
    this.#clock = clock;
    this.#saltFingerprint = saltFingerprint;
    this.#open = open;
    this.batchSize = dialect.batchSize;
  }

  get description(): string {
    return this.#dialect.description;
  }

  get safety(): ConnectionSafety | null {
    return this.#dialect.safety;
  }

  write(events: readonly TelemetryEvent[]): Promise<void> {
    return this.#attempt(async (em) => {
      const { days, withGuilds } = daysOf(events);
      const late = await this.#dialect.lateDays(em, days, this.#clock.today());
      const salts = this.#saltsOf(withGuilds);
      if (late.length === 0) return this.#dialect.insertEvents(em, events, salts);
      await em.transactional(async (inside) => {
        // In the order of the days, as every process does it: two can't wait for each other.
        for (const day of late) await this.#dialect.lockDay(inside, day);
        await this.#dialect.insertEvents(inside, events, salts);
        for (const day of late) await invalidateRollups(inside, this.#dialect, day);
      });
    });
  }

  /** Not while nothing can be awaited. */
  writeAtExit(events: readonly TelemetryEvent[]): readonly TelemetryEvent[] {
    return events;
  }

  writeLosses(losses: readonly TelemetryLoss[]): Promise<void> {
    return this.#attempt(async (em) => {
      await em.transactional(async (inside) => {
        for (const [day, ofDay] of Map.groupBy(losses, ({ dayBucket }) => dayBucket)) {
          const table = await this.#dialect.tableFor(inside, tables.losses, day);
          const rows = ofDay.map(({ dayBucket, id, reason, count }) => sql`(${dayBucket}, ${id}, ${reason}, ${count})`);
          await run(inside, sql`insert into ${table} (day_bucket, id, reason, count) values ${sql.join(rows)} on conflict do nothing`);
        }
      });
    });
  }

  usage(range: UsageRange): Promise<Usage> {
    return this.#attempt((em) =>
      em.transactional((inside) => readUsage(inside, this.#dialect, this.#clock.today(), range), this.#dialect.snapshot)
    );
  }

  losses(from: string): Promise<LossCount[]> {
    return this.#attempt(async (em) => {
      const rows = await run<LossCount>(
        em,
        sql`select cast(day_bucket as text) as day, reason, sum(count) as count from ${this.#dialect.tables.losses}
          where day_bucket >= ${from} group by day_bucket, reason order by day_bucket, reason`
      );
      return rows.map((row) => ({ ...row, count: Number(row.count) }));
    });
  }

  clock(): Promise<DatabaseClock> {
    return this.#attempt(async (em) => ({
      nowMs: await this.#dialect.nowMs(em),
      newestDay: (await this.#dialect.days(em, tables.events)).at(-1) ?? null
    }));
  }

  totals(days?: PurgedDays): Promise<StoredTotals> {
    return this.#attempt((em) => countEvents(em, this.#dialect, days));
  }

  rollUp(): Promise<number> {
    return this.#attempt(async (em) => {
      const days = await rollUpSettledDays(em, this.#dialect, this.#clock.nowMs());
      if (days > 0) await this.#wiping.wipe(em, 'now');
      return days;
    });
  }

  async purge(days?: PurgedDays): Promise<Deletion> {
    try {
      return await this.#attempt(async (em) => {
        const deleted = await purgeTables(em, this.#dialect, days);
        return { deleted, isWiped: await this.#wiping.wipe(em, 'now') };
      });
    } catch (error) {
      // Deleting rows takes room on the disk.
      if (days !== undefined || !this.#dialect.keepsFiles || (error as StoreError).kind !== 'full') throw error;
      const { events } = await this.totals();
      const optOuts = await this.optOuts();
      await this.#orm.close(true);
      await this.#dialect.deleteAll();
      await this.#reopen(true);
      await this.addOptOuts(optOuts);
      return { deleted: events, isWiped: true };
    }
  }

  eraseGuilds(guildHashes: readonly string[]): Promise<Deletion> {
    return this.#attempt(async (em) => {
      const deleted = await eraseGuilds(em, this.#dialect, guildHashes);
      await rollUpSettledDays(em, this.#dialect, this.#clock.nowMs());
      return { deleted, isWiped: await this.#wiping.wipe(em, 'together') };
    });
  }

  optOuts(): Promise<OptOut[]> {
    return this.#attempt((em) => readOptOuts(em, this.#dialect));
  }

  addOptOuts(optOuts: readonly OptOut[]): Promise<void> {
    return this.#attempt((em) => addOptOuts(em, this.#dialect, optOuts));
  }

  removeOptOuts(guildHashes: readonly string[]): Promise<void> {
    return this.#attempt(async (em) => {
      await removeOptOuts(em, this.#dialect, guildHashes);
      await this.#wiping.wipe(em, 'together');
    });
  }

  claimNotice(notice: Notice, seen = 0): Promise<NoticeClaim> {
    return this.#attempt((em) => claimNotice(em, this.#dialect, notice, seen));
  }

  settleNotice(notice: Notice): Promise<void> {
    return this.#attempt((em) => settleNotice(em, this.#dialect, notice));
  }

  standingAlerts(today: string): Promise<string[]> {
    return this.#attempt((em) => standingAlerts(em, this.#dialect, today));
  }

  saltFingerprints(): Promise<string[]> {
    return this.#attempt(async (em) => {
      const rows = await run<{ fingerprint: string }>(
        em,
        sql`select distinct fingerprint from ${this.#dialect.tables.salts} order by fingerprint`
      );
      return rows.map(({ fingerprint }) => fingerprint);
    });
  }

  audit(retentionDays: number): Promise<Audit> {
    return this.#attempt((em) => auditDatabase(em, this.#dialect, this.#clock.today(), retentionDays));
  }

  async close(): Promise<void> {
    this.#wiping.stop();
    await this.#orm.close(true);
  }

  /** With every batch, not with the first alone: another process may have purged what an earlier one wrote. */
  #saltsOf(days: readonly string[]): TelemetrySalt[] {
    const fingerprint = this.#saltFingerprint;
    return fingerprint === undefined ? [] : days.map((dayBucket) => ({ dayBucket, fingerprint }));
  }

  /** @throws {StoreError} also when that went well, but all that was stored is lost: the operator has to read of it. */
  async #reopen(anew: boolean): Promise<void> {
    try {
      this.#isOpen = false;
      await this.#orm.close(true).catch(() => undefined);
      const { orm, isNew } = await this.#open(anew);
      this.#orm = orm;
      this.#isOpen = true;
      if (isNew && !anew)
        throw new StoreError('unavailable', `${this.description} was deleted, moved away or emptied, and a new one was made`);
    } finally {
      this.#reopening = undefined;
    }
  }

  async #attempt<T>(work: (em: SqlEntityManager) => Promise<T>): Promise<T> {
    try {
      if (!this.#isOpen || this.#dialect.isGone()) await (this.#reopening ??= this.#reopen(false));
      return await work(this.#orm.em.fork());
    } catch (error) {
      throw this.#dialect.toStoreError(error);
    }
  }
}

/** The days of these events, and those of which any has a guild: in their order, so that two processes can't wait for each other. */
function daysOf(events: readonly TelemetryEvent[]): { readonly days: readonly string[]; readonly withGuilds: readonly string[] } {
  const [days, withGuilds] = [new Set<string>(), new Set<string>()];
  // Nearly all are of one day: two comparisons spare two look-ups.
  let [day, dayWithGuild] = ['', ''];
  for (const { dayBucket, guildHash } of events) {
    if (dayBucket !== day) days.add((day = dayBucket));
    if (guildHash !== null && dayBucket !== dayWithGuild) withGuilds.add((dayWithGuild = dayBucket));
  }
  return { days: [...days].toSorted(), withGuilds: [...withGuilds].toSorted() };
}
