import { MikroORM, type SqlEntityManager } from '@mikro-orm/sql';
import { sql } from 'kysely';
import type { Settings } from '../../config/settings.ts';
import { systemClock, type Clock } from '../events/clock.ts';
import { migrationsTable } from '../schema/dictionary.ts';
import type { Store } from '../store/store.ts';
import { StoreError } from '../store/storeError.ts';
import type { Dialect } from './dialect.ts';
import { ormOptions } from './ormOptions.ts';
import { SqlStore, type OpenedOrm } from './sqlStore.ts';

/** How a store is opened. */
export interface OpenMode {
  /** Makes what is missing: the file, the tables. */
  readonly migrate: boolean;
  /** How long SQLite waits for another process, in milliseconds. The bot's thread must not wait: 0. */
  readonly busyTimeoutMs: number;
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
  return SqlStore.open(dialect, clock, (anew) => openOrm(dialect, mode.migrate || anew === true));
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

async function openOrm(dialect: Dialect, migrate: boolean): Promise<OpenedOrm> {
  let orm: MikroORM | undefined;
  try {
    orm = new MikroORM(ormOptions(dialect));
    await orm.connect();
    await dialect.prepare(orm);
    return { orm, isNew: await bringUpToDate(orm, dialect, migrate) };
  } catch (error) {
    await orm?.close(true).catch(() => undefined);
    throw dialect.toStoreError(error);
  }
}

/** Resolves to whether there were no tables at all. */
async function bringUpToDate(orm: MikroORM, dialect: Dialect, allowed: boolean): Promise<boolean> {
  const known = dialect.migrations.map(({ name }) => name);
  const em = orm.em.fork();
  const pending = await pendingOf(em, dialect, known);
  if (pending.length === 0) return false;
  if (!allowed) throw new StoreError('unavailable', 'the tables of telemetry are missing or old: run sapphire-telemetry migrate');
  await dialect.exclusively(em, async () => {
    // Another process may have been first.
    if ((await pendingOf(em, dialect, known)).length > 0) await orm.migrator.up();
  });
  return pending.length === known.length;
}

async function pendingOf(em: SqlEntityManager, dialect: Dialect, known: readonly string[]): Promise<string[]> {
  if (!(await dialect.tableExists(em, migrationsTable.name))) return [...known];
  const { rows } = await sql<{ name: string }>`select name from ${sql.table(migrationsTable.name)}`.execute(em.getKysely());
  const applied = rows.map(({ name }) => name);
  if (applied.some((name) => !known.includes(name))) {
    throw new StoreError('unavailable', 'the tables were made by a newer version of sapphire-plugin-telemetry: update this one');
  }
  return known.filter((name) => !applied.includes(name));
}
