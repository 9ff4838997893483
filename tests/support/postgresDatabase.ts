import { temporaryFolder, type TestDatabase } from './databases.ts';
import { runSql } from './postgresSql.ts';

/** The PostgreSQL database at `url`, which may lead through a proxy or to a server of the test's own. */
export async function databaseAt(url: string): Promise<TestDatabase> {
  const env = { TELEMETRY_DATABASE_URL: url, TELEMETRY_DATA_DIR: await temporaryFolder() };
  return { engine: 'PostgreSQL', env, sql: (statement) => runSql(url, statement) };
}
