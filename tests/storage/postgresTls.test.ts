import { createRequire } from 'node:module';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { readSettings } from '../../config/settings.ts';
import { openStore } from '../../src/storage/openStore.ts';
import { TlsServer } from '../support/tlsServer.ts';

const APPLICATION = 'tested_by_telemetry';

let server: TlsServer;

beforeAll(async () => {
  server = await TlsServer.start();
});

/** How the plugin connects with this in its URL, and whether the server itself says that this is by TLS; or why it does not. */
async function connect(query: string, parts: Partial<Pick<URL, 'hostname' | 'username' | 'password'>> = {}): Promise<unknown> {
  const url = Object.assign(new URL(server.url), parts);
  const files = query.replaceAll(/\b(ca|client)\.(pem|key)/g, (file) => encodeURIComponent(server.file(file)));
  const settings = readSettings({ TELEMETRY_DATABASE_URL: `${url.href}?application_name=${APPLICATION}&${files}` });
  try {
    const store = await openStore(settings, { migrate: true, busyTimeoutMs: 0 });
    try {
      const rows = await server.query(
        `select distinct ssl from pg_stat_ssl natural join pg_stat_activity where application_name = '${APPLICATION}'`
      );
      expect(rows).toEqual([{ ssl: ['encrypted', 'verified'].includes(store.safety ?? '') }]);
      expect(store.description).toMatch(store.safety === 'clear' ? /not encrypted/ : /encrypted, its certificate (not )?verified/);
      return store.safety;
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return error.message;
  }
}

describe('a server that offers TLS', () => {
  beforeAll(() => server.set({}));

  test.each([
    ['', 'encrypted'],
    ['sslmode=prefer', 'encrypted'],
    ['sslmode=disable', 'clear'],
    ['sslmode=allow', 'clear'],
    ['ssl=false', 'clear'],
    ['sslmode=require', 'encrypted'],
    ['ssl=true', 'encrypted'],
    ['ssl=no-verify', 'encrypted'],
    ['sslmode=no-verify', 'encrypted'],
    ['sslmode=require&uselibpqcompat=true', 'encrypted'],
    ['sslmode=require&channel_binding=require', 'encrypted'],
    ['sslmode=require&sslnegotiation=direct', 'encrypted'],
    ['sslmode=require&sslrootcert=ca.pem', 'verified'],
    ['sslmode=verify-ca&sslrootcert=ca.pem', 'verified'],
    ['sslmode=verify-full&sslrootcert=ca.pem', 'verified'],
    ['sslmode=verify-full&sslrootcert=ca.pem&sslnegotiation=direct&channel_binding=require', 'verified'],
    ['sslmode=verify-full', expect.stringMatching(/UNABLE_TO_|SELF_SIGNED_CERT.*name the file of its authority with sslrootcert/)],
    ['sslrootcert=system', expect.stringMatching(/UNABLE_TO_|SELF_SIGNED_CERT.*sslrootcert/)],
    ['sslmode=verify-full&sslrootcert=/nowhere.pem', expect.stringMatching(/the file of sslrootcert .* \(ENOENT\)/)],
    ['sslmode=verify-full&sslrootcert=ca.pem&sslcert=ca.key&sslkey=ca.pem', expect.stringContaining('no certificate or key')]
  ])('is connected by %j as libpq does it', async (query, outcome) => {
    expect(await connect(query)).toEqual(outcome);
  });

  test('is connected as the URL says, whatever the bot has set for itself', async () => {
    const { defaults } = createRequire(import.meta.url)('pg') as { defaults: Record<string, unknown> };
    Object.assign(process.env, { PGSSLMODE: 'require', PGPASSWORD: new URL(server.url).password, PGSSLNEGOTIATION: 'direct' });
    defaults['ssl'] = true;
    try {
      expect(await connect('sslmode=disable')).toBe('clear');
      expect(await connect('', { password: '' })).toMatch(/NO_PASSWORD .*TELEMETRY_DATABASE_URL holds none/);
    } finally {
      for (const name of ['PGSSLMODE', 'PGPASSWORD', 'PGSSLNEGOTIATION']) delete process.env[name];
      defaults['ssl'] = false;
    }
  });
});

test('a certificate of another host, or of an address alone, is refused by verify-full and by nothing else', async () => {
  const full = 'sslmode=verify-full&sslrootcert=ca.pem';
  for (const [certificate, right, wrong] of [
    ['server', '127.0.0.1', 'localhost'],
    ['named', 'localhost', '127.0.0.1']
  ] as const) {
    await server.set({ certificate });
    expect(await connect(full, { hostname: right })).toBe('verified');
    expect(await connect(full, { hostname: wrong })).toMatch(
      /ERR_TLS_CERT_ALTNAME_INVALID .*the certificate of the server is of another host/
    );
    expect(await connect('sslmode=verify-ca&sslrootcert=ca.pem', { hostname: wrong })).toBe('verified');
    expect(await connect('sslmode=require', { hostname: wrong })).toBe('encrypted');
  }
});

test('a server that takes TLS alone is connected by it unless the URL forbids it', async () => {
  await server.set({ hba: 'hostssl all all all scram-sha-256' });
  for (const query of ['', 'sslmode=allow', 'sslmode=require']) expect(await connect(query)).toBe('encrypted');
  expect(await connect('sslmode=disable')).toMatch(/28000 .*TLS alone \(sslmode=require\)/);
});

test('a server that wants a certificate gets it', async () => {
  await server.set({ hba: 'hostssl all all all cert' });
  expect(await connect('sslmode=verify-full&sslrootcert=ca.pem&sslcert=client.pem&sslkey=client.key')).toBe('verified');
  expect(await connect('sslmode=require')).toMatch(/^PostgreSQL 28000 /);
  // No password is asked for, and so none is bound to the connection.
  const bound = 'sslmode=require&channel_binding=require&sslcert=client.pem&sslkey=client.key';
  expect(await connect(bound)).toMatch(/CHANNEL_BINDING .*channel_binding=require/);
});

test('a server that refuses TLS is connected in the clear where nothing is asked, and else never', async () => {
  await server.set({ hba: 'hostnossl all all all scram-sha-256' });
  expect(await connect('')).toBe('clear');
  expect(await connect('sslmode=require')).toMatch(/^PostgreSQL 28000 /);
});

test('a server without TLS is connected in the clear where nothing is asked, and else never', async () => {
  await server.set({ ssl: 'off' });
  for (const query of ['', 'sslmode=allow', 'sslmode=prefer']) expect(await connect(query)).toBe('clear');
  for (const query of ['ssl=true', 'sslmode=no-verify', 'sslmode=verify-full', 'sslmode=require'])
    expect(await connect(query)).toMatch(/NO_TLS .*turn on ssl there/);
  expect(await connect('sslmode=require&sslnegotiation=direct')).toMatch(/^PostgreSQL \w+ \(/);
  expect(await connect('channel_binding=require')).toMatch(/CHANNEL_BINDING /);
});
