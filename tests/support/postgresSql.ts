import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';

export type Row = Record<string, unknown>;

/** What is used here of `pg`, which comes with @mikro-orm/postgresql and brings no types. */
interface Driver {
  Client: new (options: { connectionString: string }) => {
    connect(): Promise<void>;
    query(sql: string): Promise<{ rows: Row[] }>;
    end(): Promise<void>;
    on(event: 'error', listener: () => void): void;
  };
  escapeIdentifier: (name: string) => string;
}

const { Client, escapeIdentifier }: Driver = createRequire(import.meta.url)('pg');

/** For the tests' own looks into a database, past everything that is tested. */
export async function runSql(databaseUrl: string, sql: string): Promise<Row[]> {
  const client = new Client({ connectionString: databaseUrl });
  // A connection that breaks also rejects what is under way on it, which says enough.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

const versions = new Map<string, Promise<number>>();

/** As 180004, asked once. */
function versionOf(serverUrl: string): Promise<number> {
  const known = versions.get(serverUrl);
  if (known !== undefined) return known;
  const version = runSql(serverUrl, 'show server_version_num').then(([row]) => Number(row?.['server_version_num']));
  versions.set(serverUrl, version);
  return version;
}

/** @param template the URL or the name of a database to copy; nobody may be connected to it */
export async function createDatabaseOn(serverUrl: string, name = freshName(), template = 'template1'): Promise<string> {
  const statement = `create database ${escapeIdentifier(name)} template ${escapeIdentifier(databaseName(template))}`;
  // By copying files, which takes a server without fsync half as long as writing all of them to its log. Before 15 there is no other way.
  await runSql(serverUrl, (await versionOf(serverUrl)) < 150_000 ? statement : `${statement} strategy file_copy`);
  const url = new URL(serverUrl);
  url.pathname = name;
  return url.href;
}

/** Waits 5 seconds for those who are still connected and then throws: an open connection at the end of a test is a leak. */
export async function dropDatabaseOn(serverUrl: string, databaseUrl: string): Promise<void> {
  await runSql(serverUrl, `drop database if exists ${escapeIdentifier(databaseName(databaseUrl))}`);
}

function databaseName(urlOrName: string): string {
  return URL.canParse(urlOrName) ? decodeURIComponent(new URL(urlOrName).pathname.slice(1)) : urlOrName;
}

function freshName(): string {
  return `test_${randomBytes(6).toString('hex')}`;
}
