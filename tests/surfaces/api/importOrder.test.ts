import { expect, test } from '@jest/globals';
import { SapphireClient } from '@sapphire/framework';
import { settled } from '../../support/bot.ts';
import { outcomes } from '../../support/databases.ts';
import { failures } from '../terminalEvents.ts';
import { startRoutesBot } from './routesBot.ts';

const hooks = SapphireClient.plugins.registry;
const isOurs = ({ name }: { name?: string }): boolean => name?.startsWith('Telemetry') === true;

/** Makes the hooks of plugins run as they do for a bot that imports them in this order. */
function importOursFirst(oursFirst: boolean): void {
  const imported = [...hooks];
  const [ours, theirs] = [imported.filter(isOurs), imported.filter((hook) => !isOurs(hook))];
  hooks.clear();
  for (const hook of oursFirst ? [...ours, ...theirs] : [...theirs, ...ours]) hooks.add(hook);
}

test.each(['before', 'after'])(
  'a bot that imports the plugin %s plugin-api has its requests measured once each: allowed, denied by a middleware at once, and met by a middleware that throws',
  async (order) => {
    importOursFirst(order === 'before');
    await using bot = await startRoutesBot();
    expect((await bot.fetch('/auth/login')).status).toBe(302);
    expect((await bot.fetch('/auth/login', { headers: { 'x-guard': 'deny' } })).status).toBe(403);
    expect((await bot.fetch('/auth/login', { headers: { 'x-guard': 'throw' } })).status).toBe(500);
    await settled();
    expect(await outcomes(bot.database)).toEqual({ 'api.auth.login': { runs: 3, ok: 1, failed: 2 } });
    expect(await failures(bot.database)).toEqual([
      expect.objectContaining({ status: 'denied', error_type: 'permission_denied', duration_ms: expect.any(Number) }),
      expect.objectContaining({ status: 'error', error_type: 'rate_limited', duration_ms: expect.any(Number) })
    ]);
  }
);
