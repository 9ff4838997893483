import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { makeBundles } from './bundles.ts';
import { PostgresServer } from './postgres.ts';
import { inRepository } from './repository.ts';
import { makeTemporaryRoot } from './temporaryRoot.ts';

/** What globalTeardown.ts finds here: jest loads it apart from this module, but in the same process. */
export type RunState = typeof globalThis & { testPostgres?: PostgresServer; temporaryRoot?: string; rootBefore?: readonly string[] };
const run: RunState = globalThis;

/** One PostgreSQL for all test files of a run; the workers inherit the variables. */
export default async function globalSetup(): Promise<void> {
  run.rootBefore = await readdir(inRepository(''));
  process.env['TEST_RUN_PID'] = String(process.pid);
  run.temporaryRoot = await makeTemporaryRoot();
  process.env['TMPDIR'] = run.temporaryRoot;
  // Hundreds of processes and threads load the same files: what the first has compiled, the others find.
  process.env['NODE_COMPILE_CACHE'] = join(run.temporaryRoot, 'compiled');
  const [server] = await Promise.all([PostgresServer.start(), makeBundles(join(run.temporaryRoot, 'bundles'))]);
  run.testPostgres = server;
  process.env['TEST_POSTGRES_URL'] = server.url;
}
