import { beforeAll, expect, test } from '@jest/globals';
import { postgresqlDatabase } from '../support/databases.ts';
import { everyAnswer } from '../support/everyAnswer.ts';
import { otherPostgres } from '../support/otherPostgres.ts';
import { databaseAt } from '../support/postgresDatabase.ts';
import { startServer } from '../support/postgresSuite.ts';

/** The oldest that is supported. */
const OLDEST_VERSION = 13;

const others = otherPostgres();
if (others.length === 0) process.stderr.write('SKIPPED: the tests of other versions, since this machine has no other PostgreSQL\n');

let expected: unknown;

beforeAll(async () => {
  const database = await postgresqlDatabase();
  expected = await everyAnswer(database, database);
});

(others.length === 0 ? test.skip : test).each(others)('the PostgreSQL in %s answers as the newest does', async (bin) => {
  const server = await startServer(bin);
  const [row] = await server.query("select current_setting('server_version_num')::integer / 10000 as version");
  expect(row?.['version']).toBeGreaterThanOrEqual(OLDEST_VERSION);
  const database = await databaseAt(await server.createDatabase('bot'));
  expect(await everyAnswer(database, database)).toEqual(expected);
});
