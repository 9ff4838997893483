// Over 200 lines: all in which SQLite differs stands together, and most of it is a line for each method of the interface.
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { SqliteDriver, type MikroORM, type Options, type SqlEntityManager } from '@mikro-orm/sql';
import { sql, type RawBuilder } from 'kysely';
import { sqliteMigrations } from '../../../migrations/index.ts';
import { migrationsTable, optOutTable, tables, type TelemetrySalt } from '../../schema/dictionary.ts';
import type { TelemetryEvent } from '../../schema/eventFields.ts';
import type { Table } from '../../schema/field.ts';
import { StoreError } from '../../store/storeError.ts';
import type { Dialect } from '../dialect.ts';
import { definitionOf, describeTable, findStrangers, matches, tableExists } from './describeTable.ts';
import { toStoreError } from './errors.ts';
import { cachingDialect } from './cachingDialect.ts';
import { DayTables, MAX_TOGETHER, viewOf } from './dayTables.ts';
import { insertEvents } from './insertEvents.ts';
import { keepToOneself, toReadAtLeast, toWrite, type Opening } from './sqliteFile.ts';
import { rowsOf } from '../queries/rowsOf.ts';
import { run, tablesIn } from '../queries/tables.ts';

/** The name under which SQLite knows the file that was opened. */
const SCHEMA = 'main';

/** Pragmas and the value that each must have afterwards. The first two must come before the first table. */
const PRAGMAS = [
  { name: 'page_size', value: 2048 },
  { name: 'auto_vacuum', value: 2 },
  { name: 'journal_mode', value: 'wal' },
  { name: 'synchronous', value: 1 },
  // Deleted rows would stay readable in the file otherwise.
  { name: 'secure_delete', value: 1 },
  // Or a sort that is large would leave hashes in a file of its own.
  { name: 'temp_store', value: 2 }
] as const;

const PRAGMA_WORDS: Readonly<Record<string, string>> = {
  auto_vacuum: 'incremental',
  synchronous: 'normal',
  secure_delete: 'on',
  temp_store: 'memory'
};

/** What SQLite answers where a table is not there, among others. */
const SQLITE_ERROR = 1;
/** How many free pages one statement gives back to the file system. */
const VACUUM_PAGES = 2_000;
/** Whatever is erased in this time is taken out of the file together. */
const REBUILD_INTERVAL_MS = 600_000;

interface SqliteOptions {
  readonly dataDir: string;
  /** How long a statement waits for another process, in milliseconds. It waits on the thread that runs it. */
  readonly busyTimeoutMs: number;
  /** Whether a missing file is made. */
  readonly create: boolean;
}

/** SQLite in a file, by Node's built-in driver. A statement holds the thread that asks. */
export class SqliteDialect implements Dialect {
  readonly safety = 'local';
  readonly batchSize = 1_000;
  readonly purgeChunk = 2_000;
  /** Runs that go on past midnight end by then, nearly all. */
  readonly settledMs = 3_600_000;
  readonly columnTypes = { day: 'text', uuid: 'text', text: 'text', integer: 'integer', real: 'real' } as const;
  readonly tables = tablesIn(SCHEMA);
  readonly migrations = sqliteMigrations;
  readonly snapshot = { readOnly: true };
  readonly tableSuffix = '_template';
  readonly keepsFiles = true;
  readonly describeTable = describeTable;
  readonly tableExists = tableExists;
  readonly matches = matches;
  readonly #file: string;
  readonly #options: SqliteOptions;
  /** Of the file as it was when it was opened or last written. */
  #inode = 0;
  #size = 0;
  #opening: Opening;
  /** What others may do to the file, where that can't be prevented. */
  #rights = '';
  readonly #days = new DayTables();
  #notRebuiltBeforeMs = 0;

  constructor(options: SqliteOptions) {
    this.#options = options;
    this.#file = join(resolve(options.dataDir), 'telemetry.db');
    this.#opening = toWrite(this.#file);
  }

  get description(): string {
    return `SQLite in ${join(this.#options.dataDir, 'telemetry.db')}${this.#rights}`;
  }

  options(): Options {
    if (this.#options.create) mkdirSync(resolve(this.#options.dataDir), { recursive: true, mode: 0o700 });
    else if (!existsSync(this.#file)) {
      throw new StoreError(
        'unavailable',
        `there is no file ${this.description.slice('SQLite in '.length)}: nothing was recorded yet, or TELEMETRY_DATA_DIR is another folder for the bot`
      );
    }
    if (!this.#options.create) this.#opening = toReadAtLeast(this.#file);
    return {
      driver: SqliteDriver,
      dbName: this.#file,
      schema: SCHEMA,
      driverOptions: cachingDialect(this.#opening)
    };
  }

  async prepare(orm: MikroORM): Promise<void> {
    const kysely = orm.em.getKysely();
    const pragma = async (statement: string): Promise<unknown> => {
      const { rows } = await sql<Record<string, unknown>>`pragma ${sql.raw(statement)}`.execute(kysely);
      return Object.values(rows[0] ?? {})[0];
    };
    await pragma(`busy_timeout = ${this.#options.busyTimeoutMs}`);
    for (const { name, value } of PRAGMAS.filter((one) => !this.#opening.readOnly || one.name === 'temp_store')) {
      await pragma(`${name} = ${PRAGMA_WORDS[name] ?? value}`);
      const actual = await pragma(name);
      if (actual !== value)
        throw new StoreError('unavailable', `SQLite keeps ${name} at ${String(actual)}: move the old file away and let a new one be made`);
    }
    if (!this.#opening.readOnly) this.#rights = keepToOneself(this.#file);
    this.#inode = statSync(this.#file).ino;
    this.#noteSize();
  }

  /** A file that was deleted or moved away takes whatever is written to it and is lost; one that was emptied does so too. */
  isGone(): boolean {
    const file = statSync(this.#file, { throwIfNoEntry: false });
    return file === undefined || file.ino !== this.#inode || file.size < this.#size;
  }

  namesOf(em: SqlEntityManager, table: Table): Promise<string[]> {
    return 'dayBucket' in table.fields ? this.#days.names(em, table) : Promise.resolve([table.name]);
  }

  definitionOf(table: Table, name: string): string {
    return definitionOf(table, name, this.columnTypes);
  }

  async findStrangers(em: SqlEntityManager): Promise<string[]> {
    const ours: string[] = [migrationsTable.name, optOutTable.name];
    const views = new Map<string, string>();
    for (const table of Object.values<Table>(tables)) {
      const names = await this.#days.names(em, table);
      ours.push(...names);
      views.set(table.name, viewOf(table, names).replace('create view', 'CREATE VIEW'));
    }
    return findStrangers(em, ours, views);
  }

  /** No lock: a transaction that may write is the only one. */
  async lockMigrations(): Promise<void> {}

  async prepareMigrations(em: SqlEntityManager): Promise<void> {
    await run(
      em,
      sql`create table if not exists ${this.tables.migrations} (id integer not null primary key autoincrement, name text not null,
        executed_at datetime not null default current_timestamp)`
    );
  }

  async prepareForCounting(): Promise<void> {}

  contains(text: RawBuilder<unknown>, part: string): RawBuilder<unknown> {
    return sql`instr(${text}, ${part}) > 0`;
  }

  /** All processes are on one machine, and what is rolled up can be seen: the clock may have run ahead when it was. */
  async lateDays(em: SqlEntityManager, days: readonly string[], today: string): Promise<string[]> {
    const rolledUp = await Promise.all(days.map((day) => this.#days.has(em, tables.dailyCounts, day)));
    return days.filter((day, at) => day < today || rolledUp[at] === true);
  }

  /** No lock, as above. */
  async lockDay(): Promise<void> {}

  days(em: SqlEntityManager, table: Table): Promise<string[]> {
    return this.#days.days(em, table);
  }

  async tablesOf(em: SqlEntityManager, table: Table, day: string): Promise<RawBuilder<unknown>[]> {
    return (await this.#days.of(em, table, day)).map((name) => sql.table(name));
  }

  /** A day at a time, since all rows of a statement become objects at once, and without looking into the tables of other days. */
  rowsOfDays(em: SqlEntityManager, table: Table, days: readonly string[]): Promise<RawBuilder<unknown>[]> {
    return Promise.all(days.slice(-MAX_TOGETHER).map((day) => rowsOf(em, this, table, day)));
  }

  async tableFor(em: SqlEntityManager, table: Table, day: string): Promise<RawBuilder<unknown>> {
    return sql.table(await this.#days.make(em, table, day));
  }

  clearDay(em: SqlEntityManager, table: Table, day: string): Promise<void> {
    return this.#days.drop(em, table, day);
  }

  renewDay(em: SqlEntityManager, table: Table, day: string): Promise<void> {
    return this.#days.renew(em, table, day);
  }

  async insertEvents(em: SqlEntityManager, events: readonly TelemetryEvent[], salts: readonly TelemetrySalt[]): Promise<void> {
    try {
      await this.#insert(em, events, salts);
    } catch (error) {
      // Another process may have dropped the table of a day since it was looked up.
      if (em.isInTransaction() || Object(error).errcode !== SQLITE_ERROR) throw error;
      this.#days.forget();
      await em.transactional((inside) => this.#insert(inside, events, salts));
    }
    this.#noteSize();
  }

  async #insert(em: SqlEntityManager, events: readonly TelemetryEvent[], salts: readonly TelemetrySalt[]): Promise<void> {
    const byDay = [...Map.groupBy(events, ({ dayBucket }) => dayBucket)];
    const missing = await this.#missing(em, salts);
    const insert = async (inside: SqlEntityManager): Promise<void> => {
      for (const { dayBucket: day, fingerprint } of missing) {
        const table = await this.tableFor(inside, tables.salts, day);
        await run(inside, sql`insert into ${table} (day_bucket, fingerprint) values (${day}, ${fingerprint}) on conflict do nothing`);
      }
      for (const [day, ofDay] of byDay) await insertEvents(inside, await this.#days.make(inside, tables.events, day), ofDay);
    };
    // Inside a transaction of several statements, SQLite keeps a copy of each page that an insert of many rows changes: a quarter of its time.
    await (em.isInTransaction() || byDay.length + missing.length === 1 ? insert(em) : em.transactional(insert));
  }

  /** Of these salts those that are not stored. */
  async #missing(em: SqlEntityManager, salts: readonly TelemetrySalt[]): Promise<TelemetrySalt[]> {
    const missing: TelemetrySalt[] = [];
    for (const salt of salts) {
      const found = async (name: string): Promise<boolean> =>
        (await run(em, sql`select 1 from ${sql.table(name)} where fingerprint = ${salt.fingerprint}`)).length > 0;
      const names = await this.#days.of(em, tables.salts, salt.dayBucket);
      if (!(await Promise.all(names.map(found))).includes(true)) missing.push(salt);
    }
    return missing;
  }

  /** SQLite has no clock besides the machine's. */
  async nowMs(): Promise<null> {
    return null;
  }

  async wipe(em: SqlEntityManager, when: 'now' | 'together'): Promise<boolean> {
    const isAnyOld = await this.#days.isAnyOld(em);
    if (isAnyOld && when === 'together') {
      if (performance.now() < this.#notRebuiltBeforeMs) return false;
      this.#notRebuiltBeforeMs = performance.now() + REBUILD_INTERVAL_MS;
    }
    await this.#days.drain(em);
    await giveBack(em);
    // The journal is emptied unless someone reads: what is deleted stands in it until then.
    const { rows } = await sql<{ busy: number }>`pragma wal_checkpoint(truncate)`.execute(em.getKysely());
    this.#noteSize();
    return rows[0]?.busy === 0;
  }

  /** Leaves an empty file, in which whoever opens it next makes the tables. */
  async deleteAll(): Promise<void> {
    for (const suffix of ['', '-wal', '-shm']) await rm(`${this.#file}${suffix}`, { force: true });
    await (await open(this.#file, 'a', 0o600)).close();
  }

  toStoreError(error: unknown): StoreError {
    this.#days.forget();
    return toStoreError(error);
  }

  #noteSize(): void {
    this.#size = statSync(this.#file, { throwIfNoEntry: false })?.size ?? 0;
  }
}

/** Gives the free pages back to the file system. */
async function giveBack(em: SqlEntityManager): Promise<void> {
  const kysely = em.getKysely();
  for (;;) {
    const { rows } = await sql<{ freelist_count: number }>`pragma freelist_count`.execute(kysely);
    if (rows[0] === undefined || rows[0].freelist_count === 0) return;
    await sql`pragma incremental_vacuum(${sql.lit(VACUUM_PAGES)})`.execute(kysely);
    await setImmediate();
  }
}
