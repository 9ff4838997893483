import { Migrator } from '@mikro-orm/migrations';
import type { Options } from '@mikro-orm/sql';
import { migrationsTable } from '../schema/dictionary.ts';
import type { Dialect } from './dialect.ts';
import { entities } from './entities.ts';

/**
 * MikroORM's options. Each that MikroORM would otherwise read from a `MIKRO_ORM_…` variable is set here: those are the host bot's, for its
 * own database.
 */
export function ormOptions(dialect: Dialect): Options {
  return {
    ...dialect.options(),
    entities: entities(dialect.columnTypes, dialect.tableSuffix),
    entitiesTs: [],
    baseDir: process.cwd(),
    allowGlobalContext: true,
    implicitTransactions: false,
    batchSize: 300,
    useBatchInserts: true,
    useBatchUpdates: true,
    timezone: 'Z',
    forceUtcTimezone: true,
    // A database that is missing is the operator's to make.
    ensureDatabase: false,
    ensureIndexes: false,
    debug: false,
    colors: false,
    // MikroORM's lines may hold values; what an operator must know is said by the plugin.
    logger: () => undefined,
    extensions: [Migrator],
    discovery: { warnWhenNoEntities: true, checkDuplicateTableNames: true, checkDuplicateFieldNames: true },
    migrations: {
      tableName: migrationsTable.name,
      migrationsList: [...dialect.migrations],
      path: 'migrations',
      pathTs: 'migrations',
      glob: '*.ts',
      transactional: true,
      allOrNothing: true,
      disableForeignKeys: false,
      dropTables: false,
      safe: true,
      silent: true,
      snapshot: false,
      snapshotOnMigrate: false,
      emit: 'ts'
    }
  };
}
