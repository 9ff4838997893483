import { readdir } from 'node:fs/promises';
import { PostgresServer } from './postgres.ts';
import { inRepository } from './repository.ts';

/** What globalTeardown.ts finds here: jest loads it apart from this module, but in the same process. */
export type RunState = typeof globalThis & { testPostgres?: PostgresServer; rootBefore?: readonly string[] };
const run: RunState = globalThis;

/** One PostgreSQL for all test files of a run; the workers inherit the variables. */
export default async function globalSetup(): Promise<void> {
  run.rootBefore = await readdir(inRepository(''));
  process.env['TEST_RUN_PID'] = String(process.pid);
  run.testPostgres = await PostgresServer.start();
  process.env['TEST_POSTGRES_URL'] = run.testPostgres.url;
}
