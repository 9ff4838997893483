import { MikroORM, type SqlEntityManager } from '@mikro-orm/sql';
import { sql } from 'kysely';
import type { Settings } from '../../config/settings.ts';
import { systemClock, type Clock } from '../events/day.ts';
import { migrationsTable } from '../events/dictionary.ts';
import type { Engine } from './engine.ts';
import { ormOptions } from './orm.ts';
import { PostgresqlEngine } from './postgresql.ts';
import { Repository, type OpenedOrm } from './repository.ts';
import { SqliteEngine } from './sqlite.ts';
import { StoreError, type Store } from './store.ts';

/** How a store is opened. */
export interface OpenMode {
  /** Makes what is missing: the file, the tables. */
  readonly migrate: boolean;
  /** How long SQLite waits for another process, in milliseconds. The bot's thread must not wait: 0. */
  readonly busyTimeoutMs: number;
}

/** The engine that the settings name. */
export function engineOf(settings: Pick<Settings, 'databaseUrl' | 'dataDir'>, { migrate, busyTimeoutMs }: OpenMode): Engine {
  if (settings.databaseUrl !== undefined) return new PostgresqlEngine(settings.databaseUrl);
  return new SqliteEngine({ dataDir: settings.dataDir, busyTimeoutMs, create: migrate });
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
  const engine = engineOf(settings, mode);
  return Repository.open(engine, clock, () => openOrm(engine, mode.migrate));
}

async function openOrm(engine: Engine, migrate: boolean): Promise<OpenedOrm> {
  let orm: MikroORM | undefined;
  try {
    orm = new MikroORM(ormOptions(engine));
    await orm.connect();
    await engine.prepare(orm);
    return { orm, isNew: await bringUpToDate(orm, engine, migrate) };
  } catch (error) {
    await orm?.close(true).catch(() => undefined);
    throw engine.toStoreError(error);
  }
}

/** Resolves to whether there were no tables at all. */
async function bringUpToDate(orm: MikroORM, engine: Engine, allowed: boolean): Promise<boolean> {
  const known = engine.migrations.map(({ name }) => name);
  const em = orm.em.fork();
  const pending = await pendingOf(em, engine, known);
  if (pending.length === 0) return false;
  if (!allowed) throw new StoreError('unavailable', 'the tables of telemetry are missing or old: run sapphire-telemetry migrate');
  await engine.exclusively(em, async () => {
    // Another process may have been first.
    if ((await pendingOf(em, engine, known)).length > 0) await orm.migrator.up();
  });
  return pending.length === known.length;
}

async function pendingOf(em: SqlEntityManager, engine: Engine, known: readonly string[]): Promise<string[]> {
  if (!(await engine.tableExists(em, migrationsTable.name))) return [...known];
  const { rows } = await sql<{ name: string }>`select name from ${sql.table(migrationsTable.name)}`.execute(em.getKysely());
  const applied = rows.map(({ name }) => name);
  if (applied.some((name) => !known.includes(name))) {
    throw new StoreError('unavailable', 'the tables were made by a newer version of sapphire-plugin-telemetry: update this one');
  }
  return known.filter((name) => !applied.includes(name));
}
