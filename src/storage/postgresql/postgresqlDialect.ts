import { IsolationLevel, type Options, type SqlEntityManager } from '@mikro-orm/sql';
import { CompiledQuery, sql } from 'kysely';
import { postgresqlMigrations } from '../../../migrations/index.ts';
import { dayNumber } from '../../events/day.ts';
import type { TelemetryEvent } from '../../schema/eventFields.ts';
import type { Dialect } from '../dialect.ts';
import { run } from '../queries/tables.ts';
import { connectionOptions } from './connection.ts';
import { describeTable, tableExists } from './describeTable.ts';
import { toStoreError } from './errors.ts';
import { COLUMN_TYPES, INSERT_EVENTS, insertParameters } from './insertEvents.ts';

/** Any constants that are ours: they name the lock under which the tables are migrated, and the locks of the days. */
const MIGRATION_LOCK = 7_306_915_402;
const DAY_LOCKS = 1_730_691_540;

const INSERT_OR_SKIP = `${INSERT_EVENTS} on conflict do nothing`;
const UNIQUE_VIOLATION = '23505';

/** PostgreSQL, by its URL. */
export class PostgresqlDialect implements Dialect {
  readonly description: string;
  readonly batchSize = 1000;
  readonly purgeChunk = 2_000;
  readonly columnTypes = COLUMN_TYPES;
  readonly migrations = postgresqlMigrations;
  readonly snapshot = { isolationLevel: IsolationLevel.REPEATABLE_READ, readOnly: true };
  readonly describeTable = describeTable;
  readonly tableExists = tableExists;
  readonly toStoreError = toStoreError;
  readonly #url: URL;

  constructor(url: string) {
    this.#url = new URL(url);
    this.description = `PostgreSQL on ${this.#url.hostname}`;
  }

  options(): Options {
    return connectionOptions(this.#url);
  }

  async prepare(): Promise<void> {
    // Nothing: a connection is ready as it comes.
  }

  /** A connection whose server is gone says so itself. */
  isGone(): boolean {
    return false;
  }

  /** The lock lasts as long as its transaction; the work runs on connections of its own. */
  async exclusively(em: SqlEntityManager, work: () => Promise<void>): Promise<void> {
    await em.transactional(async (inside) => {
      await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`.execute(inside.getKysely());
      await work();
    });
  }

  /** With the server's default a day's groups do not fit, and are sorted on disk: ten times slower. */
  async prepareForCounting(em: SqlEntityManager): Promise<void> {
    await sql`set local work_mem = '32MB'`.execute(em.getKysely());
  }

  async lockDay(em: SqlEntityManager, day: string): Promise<void> {
    await sql`select pg_advisory_xact_lock(${DAY_LOCKS}, ${dayNumber(day)})`.execute(em.getKysely());
  }

  /** Looking for conflicts costs a fourth of the time, and there is none unless the answer to an earlier try was lost. */
  async insertEvents(em: SqlEntityManager, events: readonly TelemetryEvent[]): Promise<void> {
    const parameters = insertParameters(events);
    const insert = async (text: string): Promise<void> => {
      await em.getKysely().executeQuery(CompiledQuery.raw(text, parameters));
    };
    // A transaction would not survive a conflict.
    if (em.isInTransaction()) return insert(INSERT_OR_SKIP);
    try {
      await insert(INSERT_EVENTS);
    } catch (error) {
      if (Object(error).code !== UNIQUE_VIOLATION) throw error;
      await insert(INSERT_OR_SKIP);
    }
  }

  async nowMs(em: SqlEntityManager): Promise<number> {
    const [row] = await run<{ ms: number }>(em, sql`select extract(epoch from now()) * 1000 as ms`);
    return Number(row?.ms);
  }

  async compact(): Promise<void> {
    // Nothing: autovacuum does it.
  }
}
