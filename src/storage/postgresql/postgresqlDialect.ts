import { IsolationLevel, type Options, type SqlEntityManager } from '@mikro-orm/sql';
import { CompiledQuery, sql, type RawBuilder } from 'kysely';
import { postgresqlMigrations } from '../../../migrations/index.ts';
import { dayNumber } from '../../events/day.ts';
import type { TelemetryEvent } from '../../schema/eventFields.ts';
import type { Table } from '../../schema/field.ts';
import type { Dialect } from '../dialect.ts';
import { connectionOptions } from './connection.ts';
import { describeTable, matches, tableExists } from './describeTable.ts';
import { findStrangers } from './oddities.ts';
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
  readonly tableSuffix = '';
  readonly keepsFiles = false;
  readonly describeTable = describeTable;
  readonly tableExists = tableExists;
  readonly findStrangers = findStrangers;
  readonly matches = matches;
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

  async namesOf(_em: SqlEntityManager, { name }: Table): Promise<string[]> {
    return [name];
  }

  /** The catalogs tell all there is. */
  definitionOf(): undefined {
    return undefined;
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

  days(em: SqlEntityManager, table: Table): Promise<string[]> {
    return daysOf(em, table);
  }

  async tablesOf(_em: SqlEntityManager, { name }: Table): Promise<RawBuilder<unknown>[]> {
    return [sql.table(name)];
  }

  async tableFor(_em: SqlEntityManager, { name }: Table): Promise<RawBuilder<unknown>> {
    return sql.table(name);
  }

  async clearDay(em: SqlEntityManager, { name }: Table, day: string): Promise<void> {
    await sql`delete from ${sql.table(name)} where day_bucket = ${day}`.execute(em.getKysely());
  }

  async renewDay(): Promise<void> {
    // Nothing: autovacuum does what can be done.
  }

  async wipe(): Promise<boolean> {
    return true;
  }

  async deleteAll(): Promise<void> {
    // The database is the operator's.
  }
}

const BEFORE_ALL = '0001-01-01';

/** Found one by one by the key, without reading the rows. */
async function daysOf(em: SqlEntityManager, { name }: Table): Promise<string[]> {
  const days: string[] = [];
  for (;;) {
    const after = sql`where day_bucket > ${days.at(-1) ?? BEFORE_ALL}`;
    const { rows } = await sql<{
      day: string | null;
    }>`select cast(min(day_bucket) as text) as day from ${sql.table(name)} ${after}`.execute(em.getKysely());
    if (!rows[0]?.day) return days;
    days.push(rows[0].day);
  }
}
