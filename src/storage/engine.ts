import type { IsolationLevel, MigrationObject, MikroORM, Options, SqlEntityManager } from '@mikro-orm/sql';
import type { TelemetryEvent } from '../events/dictionary.ts';
import type { ColumnTypes } from './entities.ts';
import type { StoreError } from './store.ts';

/** Everything in which PostgreSQL and SQLite differ. */
export interface Engine {
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
  /** Does `work` while no other process does. */
  exclusively(em: SqlEntityManager, work: () => Promise<void>): Promise<void>;
  /** The transaction in which a report reads; without an isolation level each day is read by itself. */
  readonly reportIsolation: IsolationLevel | undefined;
  /** A row of the catalogue when the table exists. */
  tableExists(em: SqlEntityManager, table: string): Promise<boolean>;
  /** One statement that writes these events, leaving out those that are there already. */
  insertEvents(em: SqlEntityManager, events: readonly TelemetryEvent[]): Promise<void>;
  /** Gives the space of deleted rows back. */
  compact(em: SqlEntityManager): Promise<void>;
  /** The meaning of an error of the driver. */
  toStoreError(error: unknown): StoreError;
}
