import { MikroORM, type MigrationObject, type SqlEntityManager } from '@mikro-orm/sql';
import { sql } from 'kysely';
import type { Settings } from '../../config/settings.ts';
import { systemClock, type Clock } from '../events/clock.ts';
import { migrationsTable } from '../schema/dictionary.ts';
import type { Store } from '../store/store.ts';
import { StoreError } from '../store/storeError.ts';
import type { Dialect } from './dialect.ts';
import { runMigrations } from './runMigrations.ts';
import { ormOptions } from './ormOptions.ts';
import { run } from './queries/tables.ts';
import { SqlStore, type OpenedOrm } from './sqlStore.ts';

/** How a store is opened. */
export interface OpenMode {
  /** Makes what is missing: the file, the tables. */
  readonly migrate: boolean;
  /** How long SQLite waits for another process, in milliseconds. The bot's thread must not wait: 0. */
  readonly busyTimeoutMs: number;
  /** Of the salt that the hashes are made with; stored with them, a row for each day. */
  readonly saltFingerprint?: string | undefined;
}

/** The dialect of the database that the settings name. Only its own driver is loaded. */
export async function dialectOf(
  settings: Pick<Settings, 'databaseUrl' | 'dataDir'>,
  { migrate, busyTimeoutMs }: OpenMode
): Promise<Dialect> {
  if (settings.databaseUrl !== undefined) {
    const { PostgresqlDialect } = await import('./postgresql/postgresqlDialect.ts');
    return new PostgresqlDialect(settings.databaseUrl);
  }
  const { SqliteDialect } = await import('./sqlite/sqliteDialect.ts');
  return new SqliteDialect({ dataDir: settings.dataDir, busyTimeoutMs, create: migrate });
}

/**
 * Opens the database and brings its tables up to date.
 * @throws {StoreError} when it can't be reached, when its tables are older and may not be migrated, or when a newer version made them.
 */
export async function openStore(
  settings: Pick<Settings, 'databaseUrl' | 'dataDir'>,
  mode: OpenMode,
  clock: Clock = systemClock()
): Promise<Store> {
  const dialect = await dialectOf(settings, mode);
  const open = (anew?: boolean): Promise<OpenedOrm> => openOrm(dialect, mode.migrate || anew === true);
  return SqlStore.open({ dialect, clock, saltFingerprint: mode.saltFingerprint, open });
}

/**
 * Deletes an SQLite file without opening it, and makes a new one: where the disk is so full that it can't be opened.
 * @throws {StoreError} when there is no room for that either.
 */
export async function startOver(settings: Pick<Settings, 'databaseUrl' | 'dataDir'>): Promise<void> {
  const mode = { migrate: true, busyTimeoutMs: 0 };
  await (await dialectOf(settings, mode)).deleteAll();
  await (await openStore(settings, mode)).close();
}

async function openOrm(dialect: Dialect, mayMigrate: boolean): Promise<OpenedOrm> {
  let orm: MikroORM | undefined;
  try {
    orm = new MikroORM(ormOptions(dialect));
    await orm.connect();
    await dialect.prepare(orm);
    return { orm, isNew: await bringUpToDate(orm, dialect, mayMigrate) };
  } catch (error) {
    await orm?.close(true).catch(() => undefined);
    throw dialect.toStoreError(error);
  }
}

/** Resolves to whether there were no tables at all. */
async function bringUpToDate(orm: MikroORM, dialect: Dialect, allowed: boolean): Promise<boolean> {
  const em = orm.em.fork();
  const pending = await pendingOf(em, dialect);
  if (pending.length === 0) return false;
  if (!allowed) throw new StoreError('unavailable', 'the tables of telemetry are missing or old: run sapphire-telemetry migrate');
  // Lock, look and work on one connection: behind a pooler there may be no other, and one that only waits may be ended meanwhile.
  await em.transactional(async (inside) => {
    await dialect.lockMigrations(inside);
    // Another process may have been first.
    await runMigrations(inside, dialect, await pendingOf(inside, dialect));
  });
  return pending.length === dialect.migrations.length;
}

async function pendingOf(em: SqlEntityManager, dialect: Dialect): Promise<readonly MigrationObject[]> {
  if (!(await dialect.tableExists(em, migrationsTable.name))) return dialect.migrations;
  const rows = await run<{ name: string | null }>(em, sql`select name from ${dialect.tables.migrations}`);
  // SQLite reads on where a part of the file is missing, and finds nothing there.
  if (rows.some(({ name }) => name === null))
    throw new StoreError('unavailable', 'rows of its own lost their content: the file is damaged: move it away and let a new one be made');
  const applied = new Set(rows.map(({ name }) => name));
  const pending = dialect.migrations.filter(({ name }) => !applied.delete(name));
  if (applied.size > 0) {
    throw new StoreError('unavailable', 'the tables were made by a newer version of sapphire-plugin-telemetry: update this one');
  }
  return pending;
}
