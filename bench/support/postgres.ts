import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { createDatabaseOn } from '../../tests/support/postgresSql.ts';
import { atEnd } from './cleanup.ts';

let server: Promise<string> | undefined;

/** The URL of an ordinary PostgreSQL server of the bench's own, started when first asked for, removed at the end. */
function serverUrl(): Promise<string> {
  server ??= startServer();
  return server;
}

async function startServer(): Promise<string> {
  const file = fileURLToPath(new URL('postgresProcess.ts', import.meta.url));
  // Detached: Ctrl-C reaches all of a terminal's processes, and this one has to outlive the others.
  const child = fork(file, { execArgv: [], detached: true, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  atEnd(async () => {
    if (child.exitCode !== null) return;
    child.ref();
    const exited = once(child, 'exit');
    if (child.connected) child.disconnect();
    await exited;
  });
  const failed = once(child, 'exit').then(() => {
    throw new Error('PostgreSQL did not start');
  });
  const [url] = (await Promise.race([once(child, 'message'), failed])) as [string];
  failed.catch(() => undefined);
  child.unref();
  child.channel?.unref();
  return url;
}

/** The URL of a new, empty database, which goes with the server. */
export async function createDatabase(): Promise<string> {
  return createDatabaseOn(await serverUrl());
}

/** A connection past everything that is measured, closed at the end. */
export async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  atEnd(() => client.end());
  return client;
}

/** The settings of the server that a reader of the numbers must know. */
export async function serverSettings(client: Client): Promise<string> {
  const names = ['server_version', 'fsync', 'full_page_writes', 'synchronous_commit', 'shared_buffers'];
  const values = [];
  for (const name of names) {
    const { rows } = await client.query<Record<string, string>>(`show ${name}`);
    values.push(`${name} ${rows[0]?.[name]}`);
  }
  return `PostgreSQL: ${values.join(', ')}`;
}
