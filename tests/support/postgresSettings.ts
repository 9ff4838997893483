import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** Nothing of the developer's own environment: a PGOPTIONS or LC_ALL from there must not change what the tests see. */
export const environment = { LC_ALL: 'C', PATH: process.env['PATH'] ?? '' };

const settings = {
  listen_addresses: '127.0.0.1',
  // No socket file and no file in shared memory: all that the server writes is below its own folder.
  unix_socket_directories: '',
  dynamic_shared_memory_type: 'mmap',
  max_connections: '200',
  // A killed server loses nothing by these two, only a machine that loses its power would.
  fsync: 'off',
  full_page_writes: 'off',
  // Neither UTC nor a whole hour off: SQL that depends on the session's time zone by accident shows in the tests.
  timezone: 'Pacific/Chatham'
};

export function serverArguments(folder: string, port: number): string[] {
  const all = { ...settings, port: String(port) };
  return ['-D', join(folder, 'data'), ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

/** The first version whose databases may sort by ICU. */
const WITH_ICU = 15;

export function initdbArguments(folder: string, passwordFile: string, version = WITH_ICU): string[] {
  const flags = {
    pgdata: join(folder, 'data'),
    username: 'postgres',
    pwfile: passwordFile,
    auth: 'scram-sha-256',
    encoding: 'UTF8',
    locale: 'C',
    // ICU sorts as a production database does; the order of bytes, "C", would be the same as SQLite's and hide a difference.
    ...(version >= WITH_ICU && { 'locale-provider': 'icu', 'icu-locale': 'en' })
  };
  return [...Object.entries(flags).map(([name, value]) => `--${name}=${value}`), '--no-sync'];
}

/**
 * Below the range the system takes for outgoing connections: while the server is down, a client that retries could otherwise be given this very
 * port, connect to itself and keep the server from coming back.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 32_000);
    const probe = createServer().listen(port, '127.0.0.1');
    const free = await once(probe, 'listening').then(
      () => true,
      () => false
    );
    if (!free) continue;
    probe.close();
    await once(probe, 'close');
    return port;
  }
}
