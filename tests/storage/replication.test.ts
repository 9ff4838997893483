import { beforeAll, expect, test } from '@jest/globals';
import type { TestDatabase } from '../support/databases.ts';
import type { PostgresServer } from '../support/postgres.ts';
import { databaseAt } from '../support/postgresDatabase.ts';
import { startServer } from '../support/postgresSuite.ts';
import { openTestStore } from '../support/seedEvents.ts';

let server: PostgresServer;
let database: TestDatabase;

beforeAll(async () => {
  server = await startServer();
  await server.query('alter system set wal_level = logical');
  await server.stop();
  await server.restart();
  database = await databaseAt(await server.createDatabase('bot'));
});

/** What `verify` finds in the database. */
async function findings(): Promise<readonly string[]> {
  const store = await openTestStore(database);
  const { findings: found } = await store.audit(30);
  await store.close();
  return found;
}

test('an audit names whoever is given every row by a replication slot, and no slot of another database', async () => {
  expect(await findings()).toEqual([]);
  await server.query("select pg_create_logical_replication_slot('elsewhere', 'test_decoding')");
  expect(await findings()).toEqual([]);
  await database.sql("select pg_create_logical_replication_slot('capture', 'test_decoding')");
  expect(await findings()).toEqual(['The database gives every row away through a replication slot: capture']);
  await database.sql("select pg_drop_replication_slot('capture')");
});

test('an audit names a table that a subscription fills', async () => {
  const source = await databaseAt(await server.createDatabase('source'));
  await (await openTestStore(source)).close();
  await source.sql('create publication given for table telemetry_events');
  await source.sql("select pg_create_logical_replication_slot('taken', 'pgoutput')");
  await findings();
  await database.sql(`create subscription taken connection '${source.env['TELEMETRY_DATABASE_URL']}' publication given
    with (create_slot = false, enabled = false, copy_data = false)`);
  expect(await findings()).toEqual([expect.stringMatching(/telemetry_events is filled by a subscription/)]);
  await database.sql('alter subscription taken set (slot_name = none)');
  await database.sql('drop subscription taken');
  await source.sql("select pg_drop_replication_slot('taken')");
});

test('an audit names a server that keeps the time of every transaction', async () => {
  await server.query('alter system set track_commit_timestamp = on');
  await server.stop();
  await server.restart();
  expect(await findings()).toEqual(['The server keeps the time of every transaction: turn track_commit_timestamp off']);
});
