import type { Options } from '@mikro-orm/sql';
import { readSettings } from './config/settings.ts';
import { dialectOf } from './src/storage/openStore.ts';
import { ormOptions } from './src/storage/ormOptions.ts';

/**
 * For MikroORM's own command line, as `mikro-orm migration:check --config mikro-orm.config.ts`: the database that the settings name, the
 * migrations as files, and the snapshot of the schema that they add up to. Never run `schema:update` with it on SQLite: it makes the tables
 * anew without WITHOUT ROWID. Write a migration instead.
 */
export async function configFor(env: Readonly<Record<string, string | undefined>>): Promise<Options> {
  const settings = readSettings(env);
  const folder = `migrations/${settings.databaseUrl === undefined ? 'sqlite' : 'postgresql'}`;
  const options = ormOptions(await dialectOf(settings, { migrate: true, busyTimeoutMs: 0 }));
  return { ...options, migrations: { ...options.migrations, path: folder, pathTs: folder, snapshot: true, snapshotName: '.snapshot' } };
}

/** Made when it is asked for: to import this file makes no folder. */
export default (): Promise<Options> => configFor(process.env);
