import type { MigrationObject, MikroORM, Options, SqlEntityManager, TransactionOptions } from '@mikro-orm/sql';
import type { RawBuilder } from 'kysely';
import type { TelemetrySalt } from '../schema/dictionary.ts';
import type { TelemetryEvent } from '../schema/eventFields.ts';
import type { Table } from '../schema/field.ts';
import type { ConnectionSafety } from '../store/store.ts';
import type { StoreError } from '../store/storeError.ts';
import type { ColumnTypes } from './entities.ts';
import type { Tables } from './queries/tables.ts';

/** A table as the database has it. */
export interface LiveTable {
  readonly columns: readonly LiveColumn[];
  /** The columns of the primary key, in its order. */
  readonly key: readonly string[];
  /** The expression of each CHECK constraint, by its name, in the words of the database. */
  readonly checks: ReadonlyMap<string, string>;
  /** All else that hangs on it and that no migration made, each as the end of a sentence: `has a trigger that nobody asked for: x`. */
  readonly oddities: readonly string[];
  /** Whether it keeps, besides its columns, in which order its rows came. */
  readonly keepsOrder: boolean;
  /** Whether a column takes values of its type alone. */
  readonly isStrict: boolean;
  /** The statement that made it, where the database keeps it. */
  readonly definition?: string;
}

interface LiveColumn {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
  /** Whether it has a default, or is calculated. */
  readonly fillsItself: boolean;
}

/** Everything in which PostgreSQL and SQLite differ. */
export interface Dialect {
  /** The name of the engine and where the data is, without any secret. */
  readonly description: string;
  /** Of the last connection; `null` before the first. */
  readonly safety: ConnectionSafety | null;
  /** How many events one statement writes. */
  readonly batchSize: number;
  /** How many rows one statement purges. */
  readonly purgeChunk: number;
  /** A day is rolled up when it ended so long ago, in milliseconds: whatever came without {@link lockDay} is written by then. */
  readonly settledMs: number;
  readonly columnTypes: ColumnTypes;
  /** What the names of the tables that migrations make end with. */
  readonly tableSuffix: '' | '_template';
  /** Whether the data is in files of ours, in which deleted rows leave traces. */
  readonly keepsFiles: boolean;
  /** Our tables with their schema, as they are written in a query. */
  readonly tables: Tables;
  readonly migrations: readonly MigrationObject[];
  /** What the connection needs besides what both engines share. May make a folder; opens nothing. */
  options(): Options;
  /** Sets up a connection that was just opened. */
  prepare(orm: MikroORM): Promise<void>;
  /** Whether what was prepared is no longer where it was, so that what is written would be lost. */
  isGone(): boolean;
  /** Until the end of the transaction of `em`, no other process migrates. */
  lockMigrations(em: SqlEntityManager): Promise<void>;
  /** Makes the table that lists the migrations, as MikroORM's command line expects it, where it is missing. */
  prepareMigrations(em: SqlEntityManager): Promise<void>;
  /** The transaction in which a report sees all days as of one moment. */
  readonly snapshot: TransactionOptions;
  /** Readies the transaction of `em` for adding up many events. */
  prepareForCounting(em: SqlEntityManager): Promise<void>;
  /** Those of these days that may be rolled up already. Events of them are written under the lock, and the roll-ups made anew. */
  lateDays(em: SqlEntityManager, days: readonly string[], today: string): Promise<string[]>;
  /** Until the end of the transaction of `em`, no other process rolls up this day, deletes of it or writes late events of it. */
  lockDay(em: SqlEntityManager, day: string): Promise<void>;
  /** What the database itself says of a table; `undefined` when there is none. */
  describeTable(em: SqlEntityManager, table: string): Promise<LiveTable | undefined>;
  /** The tables in which a table of the dictionary is kept: more than one where each day has its own. */
  namesOf(em: SqlEntityManager, table: Table): Promise<string[]>;
  /** The statement that makes a table of the dictionary under a name; `undefined` where the database does not keep it. */
  definitionOf(table: Table, name: string): string | undefined;
  /** What is in the database besides our tables and should not be, each as a sentence. */
  findStrangers(em: SqlEntityManager): Promise<string[]>;
  /** Whether a text matches a pattern that is made of classes of characters alone. */
  matches(text: RawBuilder<unknown>, pattern: RegExp): RawBuilder<unknown>;
  /** Whether a text has a part. */
  contains(text: RawBuilder<unknown>, part: string): RawBuilder<unknown>;
  tableExists(em: SqlEntityManager, table: string): Promise<boolean>;
  /** The days of which a table has rows, the oldest first. Found without reading the rows. */
  days(em: SqlEntityManager, table: Table): Promise<string[]>;
  /** The tables that hold the rows of a day: each may hold some of them. */
  tablesOf(em: SqlEntityManager, table: Table, day: string): Promise<RawBuilder<unknown>[]>;
  /** The rows of these days, in as many parts as statements shall read them. Each to be read `from`. */
  rowsOfDays(em: SqlEntityManager, table: Table, days: readonly string[]): Promise<RawBuilder<unknown>[]>;
  /** The table that takes the rows of a day. */
  tableFor(em: SqlEntityManager, table: Table, day: string): Promise<RawBuilder<unknown>>;
  /** Deletes all rows of a day. */
  clearDay(em: SqlEntityManager, table: Table, day: string): Promise<void>;
  /** Of what was deleted of a day, or written to it, nothing shall be left but the rows that are there: {@link wipe} sees to it. */
  renewDay(em: SqlEntityManager, table: Table, day: string): Promise<void>;
  /** Writes these events and salts, all or none, leaving out those that are there already. */
  insertEvents(em: SqlEntityManager, events: readonly TelemetryEvent[], salts: readonly TelemetrySalt[]): Promise<void>;
  /**
   * Takes what was deleted out of the files, too, and gives its space back: `now`, or `together` with what is erased in the next ten minutes, where
   * that was done less than ten minutes ago. Resolves to whether nothing of it is left.
   */
  wipe(em: SqlEntityManager, when: 'now' | 'together'): Promise<boolean>;
  /** The time by the database's own clock, in milliseconds since 1970; `null` where it is that of this process. */
  nowMs(em: SqlEntityManager): Promise<number | null>;
  /** Deletes the database itself, which must be closed: for a disk so full that rows can't be deleted. */
  deleteAll(): Promise<void>;
  /** The meaning of an error of the driver. */
  toStoreError(error: unknown): StoreError;
}
