import { PostgresServer } from './postgres.ts';

/** Jest loads the teardown apart from this module, but in the same process. */
const shared: typeof globalThis & { testPostgres?: PostgresServer } = globalThis;

/** One PostgreSQL for all suites of a run; the workers inherit the variables. */
export default async function globalSetup(): Promise<void> {
  process.env['TEST_RUN_PID'] = String(process.pid);
  shared.testPostgres = await PostgresServer.start();
  process.env['TEST_POSTGRES_URL'] = shared.testPostgres.url;
}
