import { PostgreSqlDriver } from '@mikro-orm/postgresql';
import type { Options } from '@mikro-orm/sql';
import type { PostgresTarget } from '../../../config/postgresUrl.ts';
import type { PostgresqlDriver } from './driver.ts';

/** MikroORM's options for this driver. MikroORM reads what is left out from variables that are the bot's. */
export function connectionOptions({ database, schema }: PostgresTarget, driver: PostgresqlDriver): Options {
  return {
    driver: PostgreSqlDriver,
    clientUrl: 'postgresql://unused',
    host: 'unused',
    user: 'unused',
    password: '',
    dbName: database,
    schema,
    driverOptions: driver.dialect
  };
}
