import { describe, expect, test } from '@jest/globals';
import { container } from '@sapphire/framework';
import { settled } from '../../support/bot.ts';
import { outcomes } from '../../support/databases.ts';
import { failures, terminalEvents } from '../terminalEvents.ts';
import { SECRET, startApiBot, startRoutesBot } from './routesBot.ts';

/** The routes that no report knows a run of, by the names of their operations. */
const unusedRoutes = async (): Promise<string[]> =>
  ((await container.telemetry.report({ surface: 'api' })).unused ?? []).map(({ feature, operation }) => `api.${feature}.${operation}`);

describe('a route of plugin-api', () => {
  test('is called by its path, without prefix and parameters, and by its method where that tells it from others', async () => {
    await using bot = await startRoutesBot();
    const unused = await unusedRoutes();
    for (const [method, path] of [
      ['GET', '/auth/login'],
      ['POST', '/auth/callback'],
      ['GET', '/seeds'],
      ['POST', '/seeds'],
      ['GET', '/seeds/4242'],
      ['GET', '/races/4242/result'],
      ['DELETE', '/races/4242/result'],
      ['GET', '/.well-known/openapi.json'],
      ['GET', '/api/v1/teams'],
      ['GET', '/v2/teams'],
      ['POST', '/v2/teams/4242/join'],
      ['GET', '/'],
      ['GET', '/some/path'],
      ['GET', '/left/out']
    ] as const)
      expect((await bot.fetch(path, { method })).status).toBeLessThan(400);
    await settled();
    const once = { runs: 1, ok: 1, failed: 0 };
    const stored = await outcomes(bot.database);
    expect(stored).toEqual({
      'api.auth.login': once,
      'api.auth.callback': once,
      'api.seeds.get': { runs: 2, ok: 2, failed: 0 },
      'api.seeds.post': once,
      'api.races.result': once,
      'api.races.result_delete': once,
      'api._well_known.openapi_json': once,
      'api.teams.get_v1': once,
      'api.teams.get_v2': once,
      'api.teams.join_v2': once,
      'api.root.get': once,
      'api.seed.generate': once
    });
    expect(unused).toEqual(expect.arrayContaining(Object.keys(stored)));
    expect(unused).not.toContain('api.left.out');
    expect(await unusedRoutes()).toEqual(unused.filter((name) => !(name in stored)));
    const declared = { surface: 'api', feature: 'seed', status: 'ok', provider: 'alttpr', guild_hash: null, error_type: null };
    expect(await terminalEvents(bot.database)).toContainEqual(
      expect.objectContaining({ event_name: 'api.seed.generate.success', ...declared })
    );
    expect(container.telemetry.status().replacedNames).toBe(0);
  });

  test("is measured where it is the plugin's own, too", async () => {
    await using bot = await startApiBot({ api: { auth: { id: '723456789012345678', secret: SECRET } } });
    expect((await bot.fetch('/oauth/callback', { method: 'POST', body: '{}' })).status).toBe(400);
    expect((await bot.fetch('/oauth/logout', { method: 'POST' })).status).toBe(401);
    await settled();
    expect(await failures(bot.database)).toEqual([
      expect.objectContaining({ event_name: 'api.oauth.callback.failure', status: 'error', error_type: 'invalid_input' }),
      expect.objectContaining({ event_name: 'api.oauth.logout.failure', status: 'denied', error_type: 'permission_denied' })
    ]);
  });

  test('that no request names is not measured: an unknown path, a method it does not take, a preflight', async () => {
    await using bot = await startRoutesBot();
    expect((await bot.fetch(`/${SECRET}`)).status).toBe(404);
    expect((await bot.fetch('/auth/login', { method: 'PUT' })).status).toBe(405);
    expect((await bot.fetch('/auth/login', { method: 'OPTIONS' })).status).toBe(200);
    await bot.fetch('/seeds');
    await settled();
    expect(await outcomes(bot.database)).toEqual({ 'api.seeds.get': { runs: 1, ok: 1, failed: 0 } });
  });
});
