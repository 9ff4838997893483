import type { MigrationObject, MikroORM, Options, SqlEntityManager, TransactionOptions } from '@mikro-orm/sql';
import type { TelemetryEvent } from '../schema/eventFields.ts';
import type { StoreError } from '../store/storeError.ts';
import type { ColumnTypes } from './entities.ts';

/** A table as the database has it. */
export interface LiveTable {
  readonly columns: readonly { readonly name: string; readonly type: string; readonly nullable: boolean }[];
  /** The columns of the primary key, in its order. */
  readonly key: readonly string[];
  /** The expression of each CHECK constraint, by its name, in the words of the database. */
  readonly checks: ReadonlyMap<string, string>;
  /** Indexes besides the primary key. */
  readonly indexes: readonly string[];
}

/** Everything in which PostgreSQL and SQLite differ. */
export interface Dialect {
  /** The name of the engine and where the data is, without any secret. */
  readonly description: string;
  /** How many events one statement writes. */
  readonly batchSize: number;
  /** How many rows one statement purges. */
  readonly purgeChunk: number;
  readonly columnTypes: ColumnTypes;
  readonly migrations: readonly MigrationObject[];
  /** What the connection needs besides what both engines share. May make a folder; opens nothing. */
  options(): Options;
  /** Sets up a connection that was just opened. */
  prepare(orm: MikroORM): Promise<void>;
  /** Whether what was prepared is no longer where it was, so that what is written would be lost. */
  isGone(): boolean;
  /** Does `work` while no other process does. */
  exclusively(em: SqlEntityManager, work: () => Promise<void>): Promise<void>;
  /** The transaction in which a report sees all days as of one moment. */
  readonly snapshot: TransactionOptions;
  /** Readies the transaction of `em` for adding up many events. */
  prepareForCounting(em: SqlEntityManager): Promise<void>;
  /** Until the end of the transaction of `em`, no other process rolls up this day, deletes of it or writes late events of it. */
  lockDay(em: SqlEntityManager, day: string): Promise<void>;
  /** What the database itself says of a table; `undefined` when there is none. */
  describeTable(em: SqlEntityManager, table: string): Promise<LiveTable | undefined>;
  tableExists(em: SqlEntityManager, table: string): Promise<boolean>;
  /** One statement that writes these events, leaving out those that are there already. */
  insertEvents(em: SqlEntityManager, events: readonly TelemetryEvent[]): Promise<void>;
  /** The time by the database's own clock, in milliseconds since 1970; `null` where it is that of this process. */
  nowMs(em: SqlEntityManager): Promise<number | null>;
  /** Gives the space of deleted rows back. */
  compact(em: SqlEntityManager): Promise<void>;
  /** The meaning of an error of the driver. */
  toStoreError(error: unknown): StoreError;
}
