import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setImmediate, setTimeout as wait } from 'node:timers/promises';
import { SqliteDriver, type MikroORM, type Options, type SqlEntityManager } from '@mikro-orm/sql';
import { sql } from 'kysely';
import { sqliteMigrations } from '../../../migrations/index.ts';
import type { TelemetryEvent } from '../../schema/eventFields.ts';
import { StoreError } from '../../store/storeError.ts';
import type { Dialect } from '../dialect.ts';
import { describeTable, tableExists } from './describeTable.ts';
import { toStoreError } from './errors.ts';
import { cachingDialect } from './cachingDialect.ts';
import { insertEvents } from './insertEvents.ts';

/** Pragmas and the value that each must have afterwards. The first two must come before the first table. */
const PRAGMAS = [
  { name: 'auto_vacuum', value: 2 },
  { name: 'journal_mode', value: 'wal' },
  { name: 'synchronous', value: 1 },
  // Deleted rows would stay readable in the file otherwise.
  { name: 'secure_delete', value: 1 }
] as const;

const PRAGMA_WORDS: Readonly<Record<string, string>> = { auto_vacuum: 'incremental', synchronous: 'normal', secure_delete: 'on' };

/** How many free pages one statement gives back to the file system. */
const VACUUM_PAGES = 2_000;
/** A reader keeps the journal from being emptied; reports are short. */
const CHECKPOINT_ATTEMPTS = 50;
const CHECKPOINT_RETRY_MS = 100;

interface SqliteOptions {
  readonly dataDir: string;
  /** How long a statement waits for another process, in milliseconds. It waits on the thread that runs it. */
  readonly busyTimeoutMs: number;
  /** Whether a missing file is made. */
  readonly create: boolean;
}

/** SQLite in a file, by Node's built-in driver. A statement holds the thread that asks. */
export class SqliteDialect implements Dialect {
  readonly description: string;
  readonly batchSize = 1_000;
  readonly purgeChunk = 2_000;
  readonly columnTypes = { day: 'text', uuid: 'text', text: 'text', integer: 'integer', real: 'real' } as const;
  readonly migrations = sqliteMigrations;
  readonly snapshot = {};
  readonly describeTable = describeTable;
  readonly tableExists = tableExists;
  readonly toStoreError = toStoreError;
  readonly #file: string;
  readonly #options: SqliteOptions;
  /** Of the file as it was when it was opened or last written. */
  #inode = 0;
  #size = 0;

  constructor(options: SqliteOptions) {
    this.#options = options;
    this.#file = join(resolve(options.dataDir), 'telemetry.db');
    this.description = `SQLite in ${join(options.dataDir, 'telemetry.db')}`;
  }

  options(): Options {
    if (this.#options.create) mkdirSync(resolve(this.#options.dataDir), { recursive: true, mode: 0o700 });
    else if (!existsSync(this.#file)) {
      throw new StoreError(
        'unavailable',
        `there is no file ${this.description.slice('SQLite in '.length)}: nothing was recorded yet, or TELEMETRY_DATA_DIR is another folder for the bot`
      );
    }
    return {
      driver: SqliteDriver,
      dbName: this.#file,
      schema: 'main',
      driverOptions: cachingDialect(this.#file)
    };
  }

  async prepare(orm: MikroORM): Promise<void> {
    const kysely = orm.em.getKysely();
    const pragma = async (statement: string): Promise<unknown> => {
      const { rows } = await sql<Record<string, unknown>>`pragma ${sql.raw(statement)}`.execute(kysely);
      return Object.values(rows[0] ?? {})[0];
    };
    await pragma(`busy_timeout = ${this.#options.busyTimeoutMs}`);
    for (const { name, value } of PRAGMAS) {
      await pragma(`${name} = ${PRAGMA_WORDS[name] ?? value}`);
      const actual = await pragma(name);
      if (actual !== value)
        throw new StoreError('unavailable', `SQLite keeps ${name} at ${String(actual)}: move the old file away and let a new one be made`);
    }
    chmodSync(this.#file, 0o600);
    this.#inode = statSync(this.#file).ino;
    this.#noteSize();
  }

  /** A file that was deleted or moved away takes whatever is written to it and is lost; one that was emptied does so too. */
  isGone(): boolean {
    const file = statSync(this.#file, { throwIfNoEntry: false });
    return file === undefined || file.ino !== this.#inode || file.size < this.#size;
  }

  /** No lock: of two transactions that read and then write, SQLite lets one through, and the other is tried again later. */
  exclusively(_em: SqlEntityManager, work: () => Promise<void>): Promise<void> {
    return work();
  }

  async prepareForCounting(): Promise<void> {}

  /** No lock, as above. */
  async lockDay(): Promise<void> {}

  async insertEvents(em: SqlEntityManager, events: readonly TelemetryEvent[]): Promise<void> {
    await insertEvents(em, events);
    this.#noteSize();
  }

  /** SQLite has no clock besides the machine's. */
  async nowMs(): Promise<null> {
    return null;
  }

  async compact(em: SqlEntityManager): Promise<void> {
    const kysely = em.getKysely();
    for (;;) {
      const { rows } = await sql<{ freelist_count: number }>`pragma freelist_count`.execute(kysely);
      if (rows[0] === undefined || rows[0].freelist_count === 0) break;
      await sql`pragma incremental_vacuum(${sql.lit(VACUUM_PAGES)})`.execute(kysely);
      await setImmediate();
    }
    for (let attempt = 1; ; attempt += 1) {
      const { rows } = await sql<{ busy: number }>`pragma wal_checkpoint(truncate)`.execute(kysely);
      this.#noteSize();
      if (rows[0]?.busy !== 1) return;
      if (attempt === CHECKPOINT_ATTEMPTS) {
        throw new StoreError(
          'busy',
          'another process reads the SQLite file, so its journal still holds what was deleted: purge again in a moment'
        );
      }
      await wait(CHECKPOINT_RETRY_MS);
    }
  }

  #noteSize(): void {
    this.#size = statSync(this.#file, { throwIfNoEntry: false })?.size ?? 0;
  }
}
