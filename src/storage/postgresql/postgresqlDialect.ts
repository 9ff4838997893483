import { IsolationLevel, type MikroORM, type Options, type SqlEntityManager } from '@mikro-orm/sql';
import { CompiledQuery, sql, type RawBuilder } from 'kysely';
import { parsePostgresUrl, type PostgresTarget } from '../../../config/postgresUrl.ts';
import { postgresqlMigrations } from '../../../migrations/index.ts';
import { addDays, dayNumber } from '../../events/day.ts';
import type { TelemetrySalt } from '../../schema/dictionary.ts';
import type { TelemetryEvent } from '../../schema/eventFields.ts';
import type { Table } from '../../schema/field.ts';
import type { Dialect, LiveTable } from '../dialect.ts';
import { daysOf, run, tablesIn, type Tables } from '../queries/tables.ts';
import type { ConnectionSafety } from '../../store/store.ts';
import { StoreError } from '../../store/storeError.ts';
import { connectionOptions } from './connection.ts';
import { describeTable, matches, tableExists } from './describeTable.ts';
import { PostgresqlDriver } from './driver.ts';
import { findStrangers } from './oddities.ts';
import { maker, toStoreError } from './errors.ts';
import { COLUMN_TYPES, insertIntoEvents, insertParameters } from './insertEvents.ts';

/** Any constants that are ours: they name the lock under which the tables are migrated, and the locks of the days. */
const MIGRATION_LOCK = 7_306_915_402;
const DAY_LOCKS = 1_730_691_540;

const UNIQUE_VIOLATION = '23505';

const SAFETY: Readonly<Record<ConnectionSafety, string>> = {
  verified: 'encrypted, its certificate verified',
  encrypted: 'encrypted, its certificate not verified',
  clear: 'not encrypted',
  local: 'by a Unix socket'
};

/** PostgreSQL, by its URL. */
export class PostgresqlDialect implements Dialect {
  readonly batchSize = 1000;
  readonly purgeChunk = 2_000;
  /** Batches take no lock, and a process whose clock is a day late still writes to the day. */
  readonly settledMs = 25 * 3_600_000;
  readonly columnTypes = COLUMN_TYPES;
  readonly migrations = postgresqlMigrations;
  readonly snapshot = { isolationLevel: IsolationLevel.REPEATABLE_READ, readOnly: true };
  readonly tableSuffix = '';
  readonly keepsFiles = false;
  readonly matches = matches;
  readonly toStoreError = toStoreError;
  readonly tables: Tables;
  readonly #target: PostgresTarget;
  readonly #schema: string;
  readonly #insertEvents: string;
  #driver: PostgresqlDriver | undefined;

  constructor(url: string) {
    this.#target = parsePostgresUrl(url);
    this.#schema = this.#target.schema;
    this.#insertEvents = insertIntoEvents(this.#schema);
    this.tables = tablesIn(this.#schema);
  }

  get safety(): ConnectionSafety | null {
    return this.#driver?.lastRoute?.safety ?? null;
  }

  get description(): string {
    const route = this.#driver?.lastRoute;
    const hosts = route === undefined ? this.#target.hosts : [route];
    return `PostgreSQL on ${hosts.map(({ host }) => host).join(', ')}${route === undefined ? '' : ` (${SAFETY[route.safety]})`}`;
  }

  /** A driver that was closed can't be opened again. */
  options(): Options {
    this.#driver = new PostgresqlDriver(this.#target);
    return connectionOptions(this.#target, this.#driver);
  }

  /** A connection is ready as it comes; the database is the one that it will be. */
  async prepare(orm: MikroORM): Promise<void> {
    const [row] = await run<{ encoding: string }>(
      orm.em.fork(),
      sql`select pg_encoding_to_char(encoding) as encoding from pg_database where datname = current_database()`
    );
    if (row?.encoding === 'UTF8') return;
    throw new StoreError(
      'unavailable',
      `the database is encoded in ${row?.encoding}, which does not hold every name: make one with create database … encoding 'UTF8' template template0`
    );
  }

  /** A connection whose server is gone says so itself. */
  isGone(): boolean {
    return false;
  }

  async lockMigrations(em: SqlEntityManager): Promise<void> {
    await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`.execute(em.getKysely());
  }

  async prepareMigrations(em: SqlEntityManager): Promise<void> {
    // Looked for first: `if not exists` asks for the right to make schemas all the same.
    const found = await run(em, sql`select from pg_namespace where nspname = ${this.#schema}`);
    if (found.length === 0) await maker(run(em, sql`create schema ${sql.id(this.#schema)}`), 'schemas in the database');
    const made = run(
      em,
      sql`create table if not exists ${this.tables.migrations} (id serial primary key, name varchar(255) not null,
        executed_at timestamptz not null default current_timestamp)`
    );
    await maker(made, `tables in the schema "${this.#schema}"`);
  }

  /** With the server's default a day's groups do not fit, and are sorted on disk: ten times slower. */
  async prepareForCounting(em: SqlEntityManager): Promise<void> {
    await sql`set local work_mem = '32MB'`.execute(em.getKysely());
  }

  contains(text: RawBuilder<unknown>, part: string): RawBuilder<unknown> {
    return sql`strpos(${text}, ${part}) > 0`;
  }

  async lockDay(em: SqlEntityManager, day: string): Promise<void> {
    await sql`select pg_advisory_xact_lock(${DAY_LOCKS}, ${dayNumber(day)})`.execute(em.getKysely());
  }

  /** An hour earlier than days are rolled up: so far may the clocks of two processes differ. */
  async lateDays(_em: SqlEntityManager, days: readonly string[], today: string): Promise<string[]> {
    const yesterday = addDays(today, -1);
    return days.filter((day) => day < yesterday);
  }

  /** Looking for conflicts costs a fourth of the time, and there is none unless the answer to an earlier try was lost. */
  async insertEvents(em: SqlEntityManager, events: readonly TelemetryEvent[], salts: readonly TelemetrySalt[]): Promise<void> {
    const parameters = insertParameters(events, salts);
    const query = (text: string): CompiledQuery => CompiledQuery.raw(text, parameters);
    const insertOrSkip = query(`${this.#insertEvents} on conflict do nothing`);
    // A transaction would not survive a conflict.
    if (em.isInTransaction()) return void (await em.getKysely().executeQuery(insertOrSkip));
    try {
      await this.#driver?.brieflyExecute(query(this.#insertEvents));
    } catch (error) {
      if (Object(error).code !== UNIQUE_VIOLATION) throw error;
      await this.#driver?.brieflyExecute(insertOrSkip);
    }
  }

  describeTable(em: SqlEntityManager, table: string): Promise<LiveTable | undefined> {
    return describeTable(em, this.#schema, table);
  }

  tableExists(em: SqlEntityManager, table: string): Promise<boolean> {
    return tableExists(em, this.#schema, table);
  }

  async namesOf(_em: SqlEntityManager, { name }: Table): Promise<string[]> {
    return [name];
  }

  /** The catalogs tell all there is. */
  definitionOf(): undefined {
    return undefined;
  }

  findStrangers(em: SqlEntityManager): Promise<string[]> {
    return findStrangers(em, this.#schema);
  }

  days(em: SqlEntityManager, { name }: Table): Promise<string[]> {
    return daysOf(em, this.#in(name));
  }

  #in(name: string): RawBuilder<unknown> {
    return sql.id(this.#schema, name);
  }

  async tablesOf(_em: SqlEntityManager, { name }: Table): Promise<RawBuilder<unknown>[]> {
    return [this.#in(name)];
  }

  /** At once: each statement waits for the network. */
  async rowsOfDays(_em: SqlEntityManager, { name }: Table, days: readonly string[]): Promise<RawBuilder<unknown>[]> {
    return days.length === 0 ? [] : [sql`(select * from ${this.#in(name)} where day_bucket in (${sql.join(days)})) as of_days`];
  }

  async tableFor(_em: SqlEntityManager, { name }: Table): Promise<RawBuilder<unknown>> {
    return this.#in(name);
  }

  async clearDay(em: SqlEntityManager, { name }: Table, day: string): Promise<void> {
    await sql`delete from ${this.#in(name)} where day_bucket = ${day}`.execute(em.getKysely());
  }

  async renewDay(): Promise<void> {
    // Nothing: autovacuum does what can be done.
  }

  async wipe(): Promise<boolean> {
    return true;
  }

  async nowMs(em: SqlEntityManager): Promise<number> {
    const [row] = await run<{ ms: number }>(em, sql`select extract(epoch from now()) * 1000 as ms`);
    return Number(row?.ms);
  }

  async deleteAll(): Promise<void> {
    // The database is the operator's.
  }
}
