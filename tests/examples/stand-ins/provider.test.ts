import { expect, test } from '@jest/globals';
import { ProviderStandIn } from '../../../examples/stand-ins/provider.ts';

test('a seed provider answers, refuses an unknown preset and fails on demand', async () => {
  await using provider = await ProviderStandIn.start();
  const roll = (preset: string, timeoutMs = 5_000) =>
    fetch(`${provider.url}/seeds`, {
      method: 'POST',
      body: JSON.stringify({ game: 'alttpr', preset }),
      signal: AbortSignal.timeout(timeoutMs)
    });
  expect(await (await roll('open')).json()).toMatchObject({ permalink: expect.stringContaining(provider.url) });
  expect((await roll('nonsense')).status).toBe(422);
  provider.next('unavailable', 'reset', 'slow');
  expect((await roll('open')).status).toBe(503);
  await expect(roll('open')).rejects.toThrow('fetch failed');
  await expect(roll('open', 300)).rejects.toThrow('timeout');
});
