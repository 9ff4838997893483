import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { container, SapphireClient, UserError } from '@sapphire/framework';
import '@sapphire/plugin-api/register';
import { Middleware, Route } from '@sapphire/plugin-api';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { closeNow } from '../examples/stand-ins/local.ts';
import { ENABLED, settled, startBot, type TestBot } from './support/bot.ts';
import { countEvents, endsOf, EVERY_END, sqliteDatabase, storedEvents, type Row, type TestDatabase } from './support/databases.ts';
import { atSuiteEnd } from './support/postgresSuite.ts';

const HELD_MS = 60;
const SECRET = 'samus-fan-4242';

/** A route of that path that answers as `run` does. */
function route(path: string, run: Route['run'], options: Route.Options = {}) {
  return class extends Route {
    constructor(context: Route.LoaderContext) {
      super(context, { route: path, methods: ['GET'], ...options });
    }

    override run = run;
  };
}

class Guard extends Middleware {
  constructor(context: Middleware.LoaderContext) {
    // Before all others, and at once: the response may end before anybody else has seen the request.
    super(context, { position: 1 });
  }

  override run(request: Middleware.Request, response: Middleware.Response): void {
    if (request.headers['x-guard'] === 'deny') response.forbidden();
    if (request.headers['x-guard'] === 'throw') throw new UserError({ identifier: 'rateLimited' });
  }
}

const broken = (): never => {
  throw new Error('the route is broken');
};
const ok: Route['run'] = (_request, response) => response.ok();

const routes: Record<string, ReturnType<typeof route>> = {
  login: route('auth/login', (_request, response) => response.status(302).setHeader('location', 'https://discord.com').end()),
  callback: route('auth/callback', ok, { methods: ['POST'] }),
  seeds: route('seeds', ok, { methods: ['GET', 'POST'] }),
  seed: route('seeds/[id]', ok),
  race: route('races/[id]/result', ok),
  raceDelete: route('races/[id]/result', ok, { methods: ['DELETE'] }),
  file: route('.well-known/openapi.json', ok),
  root: route('/', ok),
  status: route('status/[code]', (request, response) => response.status(Number(request.params['code'])).end()),
  thrown: route('throws/error', broken),
  thrownLate: route('throws/late', (_request, response) => {
    response.ok();
    broken();
  }),
  thrownUserError: route('throws/preset', () => {
    throw new UserError({ identifier: 'invalidPreset' });
  }),
  declared: route('some/path', ok, { telemetry: { feature: 'seed', operation: 'generate', provider: 'alttpr' } }),
  leftOut: route('left/out', ok, { telemetry: false }),
  annotated: route('seed/check', (request, response) => {
    container.telemetry.run(request).annotate({ provider: 'samus.link' });
    container.telemetry.run(request).fail('invalid_preset');
    response.ok();
  }),
  streamed: route('stream/whole', async (_request, response) => {
    response.write('the beginning');
    await wait(HELD_MS);
    response.end('the end');
  }),
  hanging: route('stream/hanging', (_request, response) => void response.write('the beginning')),
  brokenStream: route('stream/broken', (_request, response) => {
    response.write('the beginning');
    response.destroy(Object.assign(new Error('the provider is gone'), { code: 'ECONNRESET' }));
  })
};

interface Api {
  readonly bot: TestBot;
  readonly database: TestDatabase;
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

async function startApi(prefix = '/api/v1', env: Readonly<Record<string, string>> = ENABLED): Promise<Api> {
  const database = await sqliteDatabase();
  const bot = await startBot({
    env: { ...env, ...database.env },
    client: { api: { prefix, listenOptions: { port: 0, host: '127.0.0.1' } } },
    pieces: [
      ...Object.entries(routes).map(([name, piece]) => ({ store: 'routes', name, piece })),
      { store: 'middlewares', name: 'guard', piece: Guard }
    ]
  });
  const { server } = container.server;
  const stop = async (): Promise<void> => {
    await closeNow(server);
    await bot.stop();
  };
  atSuiteEnd(stop);
  // plugin-api refuses who comes by address: it makes cookies for a domain.
  const base = `http://localhost:${(server.address() as AddressInfo).port}${prefix}`;
  return { bot: { ...bot, stop }, database, fetch: (path, init) => fetch(`${base}${path}`, { redirect: 'manual', ...init }) };
}

const isOurs = ({ name }: { name?: string }): boolean => name?.startsWith('Telemetry') === true;

const failures = async (database: TestDatabase): Promise<Row[]> =>
  (await storedEvents(database)).filter(({ action }) => action === 'failure');

describe.each(['before', 'after'])('a bot that imports the plugin %s plugin-api', (order) => {
  const hooks = SapphireClient.plugins.registry;
  const imported = [...hooks];
  let api: Api;

  beforeAll(async () => {
    const [ours, theirs] = [imported.filter(isOurs), imported.filter((hook) => !isOurs(hook))];
    hooks.clear();
    for (const hook of order === 'before' ? [...ours, ...theirs] : [...theirs, ...ours]) hooks.add(hook);
    api = await startApi();
  });

  afterAll(() => api.bot.stop());

  test('has its requests measured once each: allowed, denied by a middleware at once, and met by a middleware that throws', async () => {
    expect((await api.fetch('/auth/login')).status).toBe(302);
    expect((await api.fetch('/auth/login', { headers: { 'x-guard': 'deny' } })).status).toBe(403);
    expect((await api.fetch('/auth/login', { headers: { 'x-guard': 'throw' } })).status).toBe(500);
    await settled();
    expect(await countEvents(api.database)).toEqual({
      'api.auth.login.invoke': 3,
      'api.auth.login.success': 1,
      'api.auth.login.failure': 2
    });
    expect(await failures(api.database)).toEqual([
      expect.objectContaining({ status: 'denied', error_type: 'permission_denied', duration_ms: null }),
      expect.objectContaining({ status: 'error', error_type: 'rate_limited', duration_ms: expect.any(Number) })
    ]);
  });
});

describe('a route of plugin-api', () => {
  test('is called by its path, without prefix and parameters, and by its method where that tells it from others', async () => {
    const { bot, database, fetch: call } = await startApi();
    for (const [method, path] of [
      ['GET', '/auth/login'],
      ['POST', '/auth/callback'],
      ['GET', '/seeds'],
      ['POST', '/seeds'],
      ['GET', '/seeds/4242'],
      ['GET', '/races/4242/result'],
      ['DELETE', '/races/4242/result'],
      ['GET', '/.well-known/openapi.json'],
      ['GET', '/'],
      ['GET', '/some/path'],
      ['GET', '/left/out']
    ] as const)
      expect((await call(path, { method })).status).toBeLessThan(400);
    await settled();
    const names = Object.keys(await countEvents(database)).filter((name) => name.endsWith('.success'));
    expect(names).toEqual(
      [
        'api.auth.login',
        'api.auth.callback',
        'api.seeds.get',
        'api.seeds.post',
        'api.races.result',
        'api.races.result_delete',
        'api._well_known.openapi_json',
        'api.root.get',
        'api.seed.generate'
      ]
        .map((name) => `${name}.success`)
        .toSorted()
    );
    const rows = await storedEvents(database);
    const generated = rows.find((row) => row['event_name'] === 'api.seed.generate.success');
    expect(generated).toMatchObject({
      surface: 'api',
      feature: 'seed',
      status: 'ok',
      provider: 'alttpr',
      guild_hash: null,
      error_type: null
    });
    expect(rows.filter((row) => row['event_name'] === 'api.seeds.get.invoke')).toHaveLength(2);
    expect(container.telemetry.status().replacedNames).toBe(0);
    await bot.stop();
  });

  test("is measured where it is the plugin's own, too", async () => {
    const database = await sqliteDatabase();
    const auth = { id: '723456789012345678', secret: SECRET };
    const api = { auth, listenOptions: { port: 0, host: '127.0.0.1' } };
    const bot = await startBot({ env: { ...ENABLED, ...database.env }, client: { api } });
    const { server } = container.server;
    atSuiteEnd(() => closeNow(server));
    const url = `http://localhost:${(server.address() as AddressInfo).port}/oauth`;
    expect((await fetch(`${url}/callback`, { method: 'POST', body: '{}' })).status).toBe(400);
    expect((await fetch(`${url}/logout`, { method: 'POST' })).status).toBe(401);
    await settled();
    expect(await failures(database)).toEqual([
      expect.objectContaining({ event_name: 'api.oauth.callback.failure', status: 'error', error_type: 'invalid_input' }),
      expect.objectContaining({ event_name: 'api.oauth.logout.failure', status: 'denied', error_type: 'permission_denied' })
    ]);
    await bot.stop();
  });

  test('that no request names is not measured: an unknown path, a method it does not take, a preflight', async () => {
    const { bot, database, fetch: call } = await startApi();
    expect((await call(`/${SECRET}`)).status).toBe(404);
    expect((await call('/auth/login', { method: 'PUT' })).status).toBe(405);
    expect((await call('/auth/login', { method: 'OPTIONS' })).status).toBe(200);
    await call('/seeds');
    await settled();
    expect(await countEvents(database)).toEqual({ 'api.seeds.get.invoke': 1, 'api.seeds.get.success': 1 });
    await bot.stop();
  });

  test('ends as its HTTP status says', async () => {
    const { bot, database, fetch: call } = await startApi();
    const expected: Record<number, [status: string, errorType: string | null]> = {
      200: ['ok', null],
      204: ['ok', null],
      304: ['ok', null],
      400: ['error', 'invalid_input'],
      401: ['denied', 'permission_denied'],
      403: ['denied', 'permission_denied'],
      404: ['error', 'not_found'],
      408: ['timeout', 'provider_timeout'],
      422: ['error', 'invalid_input'],
      429: ['error', 'rate_limited'],
      500: ['error', 'unexpected_error'],
      501: ['error', 'unexpected_error'],
      502: ['error', 'provider_unavailable'],
      503: ['error', 'provider_unavailable'],
      504: ['timeout', 'provider_timeout']
    };
    for (const code of Object.keys(expected)) expect((await call(`/status/${code}`)).status).toBe(Number(code));
    await settled();
    const ends = (await storedEvents(database)).filter(({ action }) => action !== 'invoke');
    const pairs = ends.map((row) => `${String(row['status'])} ${String(row['error_type'])}`);
    expect(pairs.toSorted()).toEqual(
      Object.values(expected)
        .map((pair) => pair.map(String).join(' '))
        .toSorted()
    );
    expect(await endsOf(database, 'api.status.get')).toEqual(EVERY_END);
    await bot.stop();
  });

  test('that throws is a failure by what it threw, also after its answer; what it noted before stands', async () => {
    const { bot, database, fetch: call } = await startApi();
    expect((await call('/throws/error')).status).toBe(500);
    expect((await call('/throws/late')).status).toBe(200);
    expect((await call('/throws/preset')).status).toBe(500);
    expect((await call('/seed/check')).status).toBe(200);
    await settled();
    expect(await failures(database)).toEqual([
      expect.objectContaining({ event_name: 'api.seed.check.failure', error_type: 'invalid_preset', provider: 'samus.link' }),
      expect.objectContaining({ event_name: 'api.throws.error.failure', error_type: 'unexpected_error' }),
      expect.objectContaining({ event_name: 'api.throws.late.failure', error_type: 'unexpected_error' }),
      expect.objectContaining({ event_name: 'api.throws.preset.failure', error_type: 'invalid_preset' })
    ]);
    await bot.stop();
  });

  test('that streams is measured to the end of its response, or until the connection is gone', async () => {
    const { bot, database, fetch: call } = await startApi();
    expect(await (await call('/stream/whole')).text()).toBe('the beginningthe end');
    const abort = new AbortController();
    const hanging = await call('/stream/hanging', { signal: abort.signal });
    expect(container.telemetry.status().inFlight).toBe(1);
    await wait(HELD_MS);
    abort.abort();
    await expect(hanging.text()).rejects.toThrow('aborted');
    await expect(call('/stream/broken').then((response) => response.text())).rejects.toThrow(/terminated|fetch failed/);
    await settled();
    const ends = (await storedEvents(database)).filter(({ action }) => action !== 'invoke');
    expect(ends).toEqual([
      expect.objectContaining({ event_name: 'api.stream.broken.failure', status: 'error', error_type: 'provider_unavailable' }),
      expect.objectContaining({ event_name: 'api.stream.hanging.failure', status: 'error', error_type: 'connection_closed' }),
      expect.objectContaining({ event_name: 'api.stream.whole.success', status: 'ok', error_type: null })
    ]);
    // A timer may be a millisecond early.
    for (const { duration_ms: duration } of ends.slice(1)) expect(Number(duration)).toBeGreaterThanOrEqual(HELD_MS - 1);
    await bot.stop();
  });

  test('is measured without anything that a user sent: no row and no line of the log holds it', async () => {
    const { bot, database, fetch: call } = await startApi();
    const headers = {
      'user-agent': SECRET,
      authorization: `Bearer ${SECRET}`,
      cookie: `name=${SECRET}`,
      referer: SECRET,
      'x-telemetry': SECRET
    };
    const init = { method: 'POST', headers, body: JSON.stringify({ name: SECRET, feature: SECRET }) };
    for (const path of [
      `/seeds?telemetry=${SECRET}&feature=${SECRET}`,
      `/races/${SECRET}/result`,
      `/seeds/${SECRET}`,
      `/${SECRET}/..%2f${SECRET}`,
      `/seeds/712345678901234567`
    ])
      for (const method of ['GET', 'POST']) await call(path, method === 'GET' ? { headers } : init);
    await settled();
    expect(Object.keys(await countEvents(database))).toEqual([
      ...['invoke', 'success'].map((action) => `api.races.result.${action}`),
      ...['get', 'post'].flatMap((method) => ['invoke', 'success'].map((action) => `api.seeds.${method}.${action}`))
    ]);
    const rows = JSON.stringify(await storedEvents(database));
    for (const text of [rows, bot.log.join('\n')]) for (const secret of [SECRET, '712345678901234567']) expect(text).not.toContain(secret);
    await bot.stop();
  });

  test('works as ever when telemetry is off', async () => {
    const { bot, fetch: call } = await startApi('', {});
    expect((await call('/auth/login')).status).toBe(302);
    expect((await call('/auth/login', { headers: { 'x-guard': 'deny' } })).status).toBe(403);
    expect(container.telemetry.enabled).toBe(false);
    await bot.stop();
  });

  test('every run that begins ends, however many there are at once', async () => {
    const { bot, database, fetch: call } = await startApi();
    const answers = await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        const abort = new AbortController();
        const path = ['/stream/whole', '/throws/error', '/seeds', '/status/503'][index % 4] ?? '/';
        const answer = call(path, { signal: abort.signal }).then(
          async (response) => response.text().catch(() => 'aborted'),
          () => 'aborted'
        );
        if (index % 8 === 0) setTimeout(() => abort.abort(), HELD_MS / 2);
        return answer;
      })
    );
    expect(answers).toHaveLength(60);
    await settled();
    const rows = await storedEvents(database);
    const count = (wanted: string): number => rows.filter(({ action }) => action === wanted).length;
    expect(count('success') + count('failure')).toBe(count('invoke'));
    expect(container.telemetry.status().inFlight).toBe(0);
    await bot.stop();
  });
});
