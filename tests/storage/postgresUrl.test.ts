import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { readSettings } from '../../config/settings.ts';
import { openStore } from '../../src/storage/openStore.ts';
import type { Store } from '../../src/store/store.ts';
import { postgresqlDatabase, temporaryFolder } from '../support/databases.ts';
import type { PostgresServer } from '../support/postgres.ts';
import { freePort } from '../support/postgresSettings.ts';
import { runSql } from '../support/postgresSql.ts';
import { atSuiteEnd, startServer } from '../support/postgresSuite.ts';
import { seededRandom } from '../support/randomEvents.ts';
import { anEvent, openTestStore, writeEvents } from '../support/seedEvents.ts';

async function aDatabase(): Promise<URL> {
  const { env } = await postgresqlDatabase();
  return new URL(env['TELEMETRY_DATABASE_URL'] ?? '');
}

async function open(url: string, migrate = true): Promise<Store> {
  const store = await openStore(readSettings({ TELEMETRY_DATABASE_URL: url }), { migrate, busyTimeoutMs: 0 });
  atSuiteEnd(() => store.close());
  return store;
}

/** The folder of a Unix socket that leads to the server: where PostgreSQL itself would put it. */
async function socketTo({ hostname, port }: URL): Promise<string> {
  const folder = await temporaryFolder();
  const server = createServer((client) => {
    const up = connect(Number(port), hostname);
    client.on('error', () => up.destroy());
    up.on('error', () => client.destroy());
    client.pipe(up).pipe(client);
  }).listen(join(folder, '.s.PGSQL.5432'));
  await once(server, 'listening');
  atSuiteEnd(async () => void server.close());
  return folder;
}

test('a Unix socket is found by its folder, in either form, and needs no TLS', async () => {
  const url = await aDatabase();
  const folder = await socketTo(url);
  const account = `${url.username}:${url.password}`;
  for (const form of [
    `postgresql://${account}@${url.pathname}?host=${folder}&sslmode=require`,
    `postgresql://${account}@${encodeURIComponent(folder)}${url.pathname}`
  ]) {
    const store = await open(form);
    expect({ safety: store.safety, description: store.description }).toEqual({
      safety: 'local',
      description: `PostgreSQL on ${folder} (by a Unix socket)`
    });
    expect(await store.totals()).toMatchObject({ events: 0 });
  }
  await expect(open(`postgresql://${account}@${url.pathname}?host=/nowhere`)).rejects.toThrow(/ENOENT .*unix_socket_directories/);
});

describe('with a database of the same name and the same role on two servers', () => {
  const account = `twin_${randomBytes(6).toString('hex')}`;
  let server: PostgresServer;
  let ports: { own: string; shared: string };
  let shared: string;

  beforeAll(async () => {
    const cluster = process.env['TEST_POSTGRES_URL'] ?? '';
    server = await startServer();
    for (const at of [server.url, cluster]) {
      await runSql(at, `create role ${account} superuser login password '${account}'`);
      await runSql(at, `create database ${account}`);
    }
    atSuiteEnd(async () => {
      await runSql(cluster, `drop database ${account}`);
      await runSql(cluster, `drop role ${account}`);
    });
    ports = { own: new URL(server.url).port, shared: new URL(cluster).port };
    shared = hosts(ports.shared);
  });

  function hosts(...ofHosts: (number | string)[]): string {
    return `postgresql://${account}:${account}@${ofHosts.map((port) => `127.0.0.1:${port}`).join()}/${account}`;
  }

  test('the hosts are tried in their order, and the next one when one is lost', async () => {
    const store = await open(hosts(await freePort(), ports.own, ports.shared));
    const count = 'select count(*)::int as count from telemetry_events';
    await writeEvents(store, [anEvent(seededRandom(1), {})]);
    expect(await runSql(hosts(ports.own), count)).toEqual([{ count: 1 }]);
    await (await open(shared)).close();
    await server.stop();
    const later = [anEvent(seededRandom(2), {})];
    // What was connected says that it is lost; the next try leads elsewhere.
    await writeEvents(store, later).catch(() => writeEvents(store, later));
    expect(await runSql(shared, count)).toEqual([{ count: 1 }]);
  });

  test('a standby is passed over where the URL asks for a primary, and else says that it takes no writes', async () => {
    await server.restart();
    const [row] = await server.query('show data_directory');
    await server.query(`drop database ${account}`);
    await server.query(`create database ${account}`);
    await server.stop();
    await writeFile(join(String(row?.['data_directory']), 'standby.signal'), '');
    await server.restart();
    const both = hosts(ports.own, ports.shared);
    await expect(open(both)).rejects.toThrow(/^PostgreSQL 0A000 .*it takes no writes: a replica.*target_session_attrs=read-write/);
    expect(await (await open(`${both}?target_session_attrs=read-write`)).totals()).toMatchObject({ newestDay: expect.anything() });
    await expect(open(`${hosts(ports.own)}?target_session_attrs=primary`)).rejects.toThrow('PostgreSQL 25006');
  });
});

test('what else a URL says reaches the server, and a database without a name is called like its user', async () => {
  const url = await aDatabase();
  const role = `role_${randomBytes(6).toString('hex')}`;
  await runSql(url.href, `create role ${role} login superuser password 'p%40@:#/?'`);
  await runSql(url.href, `create database ${role}`);
  atSuiteEnd(async () => {
    await runSql(url.href, `drop database ${role}`);
    await runSql(url.href, `drop role ${role}`);
  });
  const password = encodeURIComponent('p%40@:#/?');
  await open(
    `postgresql://${role}:${password}@${url.host}?application_name=a%20bot%2Bmore&connect_timeout=20&options=-c%20log_min_messages%3Dpanic`
  );
  expect(await runSql(url.href, `select datname, application_name from pg_stat_activity where usename = '${role}'`)).toEqual([
    { datname: role, application_name: 'a bot+more' }
  ]);
  // What the server does not take shows that it was sent.
  await expect(open(`postgresql://${role}:${password}@${url.host}?options=-c%20no_such_setting%3D1`)).rejects.toThrow('PostgreSQL 42704');
});

test('a database that is not encoded in UTF8 is refused at start, with the remedy', async () => {
  const url = await aDatabase();
  const name = `latin_${randomBytes(6).toString('hex')}`;
  await runSql(url.href, `create database ${name} encoding 'LATIN1' locale_provider libc locale 'C' template template0`);
  atSuiteEnd(async () => void (await runSql(url.href, `drop database ${name}`)));
  const latin = Object.assign(new URL(url), { pathname: name }).href;
  await expect(open(latin)).rejects.toThrow(
    "the database is encoded in LATIN1, which does not hold every name: make one with create database … encoding 'UTF8'"
  );
  expect(await runSql(latin, "select from pg_tables where tablename like 'telemetry%'")).toEqual([]);
});

test('a role that may make no tables in its schema reads what it lacks, and one that may not read them too', async () => {
  const database = await postgresqlDatabase();
  const url = new URL(database.env['TELEMETRY_DATABASE_URL'] ?? '');
  const role = `role_${randomBytes(6).toString('hex')}`;
  await database.sql(`create role ${role} login password 'x'`);
  atSuiteEnd(async () => void (await runSql(Object.assign(new URL(url), { pathname: 'postgres' }).href, `drop role ${role}`)));
  const as = (search: string): string => Object.assign(new URL(url), { username: role, password: 'x', search }).href;
  await expect(open(as(''))).rejects.toThrow(/42501 \(the role may not make tables in the schema "public".*grant CREATE/);
  await expect(open(as('schema=of-its-own'))).rejects.toThrow(/42501 \(the role may not make schemas in the database/);
  await openTestStore(database);
  await expect(open(as(''))).rejects.toThrow(/42501 \(the role lacks a permission .*docs\/runbook\.md/);
});
