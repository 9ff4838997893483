import type { Options } from '@mikro-orm/sql';
import { readSettings } from './config/settings.ts';
import { engineOf } from './src/storage/openStore.ts';
import { ormOptions } from './src/storage/orm.ts';

/**
 * For MikroORM's own command line, as `mikro-orm migration:check --config mikro-orm.config.ts`: the database that the settings name, the
 * migrations as files, and the snapshot of the schema that they add up to. It takes away the protection of WITHOUT ROWID tables if
 * `schema:update` is run on SQLite: write a migration instead.
 */
const settings = readSettings(process.env);
const folder = settings.databaseUrl === undefined ? 'sqlite' : 'postgresql';
const options = ormOptions(engineOf(settings, { migrate: true, busyTimeoutMs: 0 }));

const config: Options = {
  ...options,
  migrations: {
    ...options.migrations,
    path: `migrations/${folder}`,
    pathTs: `migrations/${folder}`,
    snapshot: true,
    snapshotName: '.snapshot'
  }
};

export default config;
