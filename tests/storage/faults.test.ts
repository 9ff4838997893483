import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { readSettings } from '../../config/settings.ts';
import { systemClock } from '../../src/events/clock.ts';
import { openStore } from '../../src/storage/openStore.ts';
import type { Store } from '../../src/store/store.ts';
import { until } from '../support/bot.ts';
import { hasPgBouncer, startPgBouncer } from '../support/pgbouncer.ts';
import { atSuiteEnd } from '../support/postgresSuite.ts';
import { seededRandom } from '../support/randomEvents.ts';
import { anEvent } from '../support/seedEvents.ts';
import { testWhere } from '../support/testWhere.ts';
import { TlsServer } from '../support/tlsServer.ts';

const withPooler = testWhere(hasPgBouncer(), 'this machine has no pgbouncer');
const onLinux = testWhere(process.platform === 'linux', 'only Linux has such folders');
const today = systemClock().today();
const random = seededRandom(1);

let server: TlsServer;

beforeAll(async () => {
  server = await TlsServer.start();
});

/** Opens the database of the server, by another way where one is given. */
async function open(parts: Partial<Pick<URL, 'host' | 'username' | 'password' | 'search'>> = {}): Promise<Store> {
  const { href } = Object.assign(new URL(server.url), parts);
  const store = await openStore(readSettings({ TELEMETRY_DATABASE_URL: href }), { migrate: true, busyTimeoutMs: 0 });
  atSuiteEnd(() => store.close());
  return store;
}

/** A port that is listened to and answers nothing. */
async function silentPort(): Promise<number> {
  const silent = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  atSuiteEnd(async () => void silent.close());
  return (silent.address() as AddressInfo).port;
}

/** What is said of a write that waits for a lock until `end` is run of its process. */
async function whileLocked(store: Store, end: string): Promise<unknown> {
  const waiting = "select pid from pg_stat_activity where wait_event_type = 'Lock'";
  const lock = server.query(`begin; lock table telemetry_events; select pg_sleep(60)`).catch(() => undefined);
  const locked = "select from pg_locks where mode = 'AccessExclusiveLock' and relation = 'telemetry_events'::regclass and granted";
  await until(async () => (await server.query(locked)).length > 0);
  const written = store.write([anEvent(random, { dayBucket: today })]).catch((error: unknown) => error);
  await until(async () => (await server.query(waiting)).length > 0 || end === '');
  if (end !== '') await server.query(`select ${end}(pid) from (${waiting}) w`);
  const outcome = await written;
  await server.query("select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep(60)' and pid <> pg_backend_pid()");
  await lock;
  return outcome;
}

describe('PostgreSQL that can not be opened says what is wrong and what to do:', () => {
  test('no connection is left to the role', async () => {
    await server.query("create role limited login connection limit 0 password 'x'");
    await expect(open({ username: 'limited', password: 'x' })).rejects.toThrow(/^PostgreSQL 53300 \(too many connections: raise the limit/);
  });

  test('a host that does not exist', async () => {
    await expect(open({ host: 'no-such-host.invalid' })).rejects.toThrow(/^PostgreSQL (ENOTFOUND|EAI_AGAIN) \(.*TELEMETRY_DATABASE_URL/);
  });

  test('a port that never answers', async () => {
    const host = `127.0.0.1:${await silentPort()}`;
    await expect(open({ host, search: 'connect_timeout=1' })).rejects.toThrow(/^PostgreSQL ETIMEDOUT \(no answer in time/);
  });

  test('a certificate that has expired', async () => {
    await server.set({ certificate: 'expired' });
    const search = `sslmode=verify-full&sslrootcert=${server.file('ca.pem')}`;
    await expect(open({ search })).rejects.toThrow(/^PostgreSQL CERT_HAS_EXPIRED \(.*renew it there/);
    await server.set({});
  });

  withPooler('a pooler that refuses options', async () => {
    const [pooled = ''] = await startPgBouncer([{ url: server.url, mode: 'transaction', size: 1 }]);
    const { host } = new URL(pooled);
    await expect(open({ host, search: 'options=-c%20geqo%3Doff' })).rejects.toThrow(
      /^PostgreSQL 08P01 \(.*poolers refuse most of .* options/
    );
  });
});

describe('PostgreSQL that ends a statement or a transaction says what to do:', () => {
  test.each([
    ['pg_cancel_backend', '57014 (a statement took too long: see what holds the server up, such as a lock)'],
    ['pg_terminate_backend', '57P01 (the server shuts down, or an administrator ended the connection)']
  ])('by %s', async (end, said) => {
    expect(await whileLocked(await open(), end)).toMatchObject({ kind: 'unavailable', message: `PostgreSQL ${said}` });
  });

  test('by its own limit of a transaction', async () => {
    await server.query("create role brief login superuser password 'x'; alter role brief set transaction_timeout = '200ms'");
    await (await open()).close();
    const store = await open({ username: 'brief', password: 'x' });
    expect(await whileLocked(store, '')).toMatchObject({ message: expect.stringMatching(/^PostgreSQL 25P04 \(.*transaction_timeout/) });
  });

  test('that was idle for too long while the bot was held up', async () => {
    const store = await open();
    await server.query(`create function hurry() returns trigger language plpgsql as $$
      begin perform set_config('idle_in_transaction_session_timeout', '1ms', true); return new; end $$;
      create trigger hurry before insert on telemetry_events for each row execute function hurry()`);
    const hold = setInterval(() => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50));
    // Of a day that is over: its transaction has several statements.
    const outcome = await store.write([anEvent(random)]).catch((error: unknown) => error);
    clearInterval(hold);
    await server.query('drop function hurry cascade');
    expect(outcome).toMatchObject({ message: expect.stringMatching(/^PostgreSQL 25P03 \(.*what holds up this machine/) });
  });
});

onLinux('SQLite says of a folder that can not be made where it belongs', async () => {
  for (const folder of ['/sys/telemetry', '/dev/null/telemetry'])
    await expect(openStore(readSettings({ TELEMETRY_DATA_DIR: folder }), { migrate: true, busyTimeoutMs: 0 })).rejects.toThrow(
      /^SQLite (EPERM|EROFS|EACCES|ENOTDIR) \(see that the bot may write to the folder TELEMETRY_DATA_DIR\)$/
    );
});
