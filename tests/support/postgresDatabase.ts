import type { TestDatabase } from './databases.ts';
import { runSql } from './postgresSql.ts';

/** The PostgreSQL database at `url`, which may lead through a proxy or to a server of the test's own. */
export function databaseAt(url: string): TestDatabase {
  return { engine: 'PostgreSQL', env: { TELEMETRY_DATABASE_URL: url }, sql: (statement) => runSql(url, statement) };
}
