import { PostgreSqlDriver } from '@mikro-orm/postgresql';
import type { Options } from '@mikro-orm/sql';
import type { PoolConfig } from 'pg';
import { PostgresqlDriver } from './driver.ts';

/** The modes of libpq that insist on TLS; the others take what the server offers first, which is a plain connection here. */
const TLS_MODES = new Set(['require', 'verify-ca', 'verify-full']);

/** The schema that holds our tables. */
export function schemaOf({ searchParams }: URL): string {
  return searchParams.get('schema') ?? 'public';
}

/** A driver for the database of this URL. */
export function driverFor({ hostname, port, username, password, pathname, searchParams }: URL): PostgresqlDriver {
  const sslMode = searchParams.get('sslmode') ?? 'disable';
  const config: PoolConfig = {
    host: decodeURIComponent(hostname).replaceAll(/^\[|\]$/g, ''),
    port: port === '' ? 5432 : Number(port),
    user: decodeURIComponent(username) || 'postgres',
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
    // Said also where it is not wanted: PGSSLMODE is the bot's.
    ssl: TLS_MODES.has(sslMode) && { rejectUnauthorized: sslMode.startsWith('verify') }
  };
  return new PostgresqlDriver(config);
}

/** MikroORM's options for it. MikroORM reads what is left out from variables that are the bot's. */
export function connectionOptions(url: URL, driver: PostgresqlDriver): Options {
  return {
    driver: PostgreSqlDriver,
    clientUrl: 'postgresql://unused',
    host: url.hostname,
    user: 'unused',
    password: '',
    dbName: decodeURIComponent(url.pathname.slice(1)),
    schema: schemaOf(url),
    driverOptions: driver.dialect
  };
}
