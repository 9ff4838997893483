import { afterAll } from '@jest/globals';
import { PostgresServer } from './postgres.ts';
import { createDatabaseOn, dropDatabaseOn } from './postgresSql.ts';

const releases: (() => Promise<void>)[] = [];

afterAll(releaseAll);

/**
 * Runs `release` when the test file ends, the last one registered first. Jest's own afterAll runs the first one first, and so would drop a database
 * before the connections to it are closed; and it can't be called within a test or a beforeAll, as this can.
 */
export function atSuiteEnd(release: () => Promise<void>): void {
  releases.push(release);
}

/** A fresh database in the cluster all suites share, until the end of the test file. Throws there if a connection to it is still open. */
export async function createDatabase(template?: string): Promise<string> {
  const serverUrl = process.env['TEST_POSTGRES_URL'];
  if (!serverUrl)
    throw new Error('TEST_POSTGRES_URL is not set: run this through jest, with tests/support/globalSetup.ts as its globalSetup.');
  const databaseUrl = await createDatabaseOn(serverUrl, undefined, template);
  atSuiteEnd(() => dropDatabaseOn(serverUrl, databaseUrl));
  return databaseUrl;
}

/** A server to be killed and started again: `await using server = await startServer()`. The end of the test file removes it too. */
export async function startServer(bin?: string): Promise<PostgresServer> {
  const server = await PostgresServer.start(bin);
  atSuiteEnd(() => server.remove());
  return server;
}

/** All of them are released, even when one fails. */
async function releaseAll(): Promise<void> {
  const errors: unknown[] = [];
  for (let release = releases.pop(); release; release = releases.pop()) await release().catch((error: unknown) => errors.push(error));
  if (errors.length > 0)
    throw new AggregateError(errors, `Not everything of this test file was released: ${errors.map(String).join('; ')}`);
}
