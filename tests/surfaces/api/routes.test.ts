import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { container } from '@sapphire/framework';
import { settled } from '../../support/bot.ts';
import { endsOf, EVERY_END, outcomes, storedEvents } from '../../support/databases.ts';
import { failures, terminalEvents } from '../terminalEvents.ts';
import { HELD_MS, SECRET, startRoutesBot } from './routesBot.ts';

describe('a route of plugin-api', () => {
  test('ends as its HTTP status says', async () => {
    await using bot = await startRoutesBot();
    const { database } = bot;
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
    for (const code of Object.keys(expected)) expect((await bot.fetch(`/status/${code}`)).status).toBe(Number(code));
    await settled();
    const ends = await terminalEvents(database);
    const pairs = ends.map((row) => `${String(row['status'])} ${String(row['error_type'])}`);
    expect(pairs.toSorted()).toEqual(
      Object.values(expected)
        .map((pair) => pair.map(String).join(' '))
        .toSorted()
    );
    expect(await endsOf(database, 'api.status.get')).toEqual(EVERY_END);
    // Whatever was answered, it took its time.
    for (const end of ends) expect(end).toMatchObject({ duration_ms: expect.any(Number) });
  });

  test('that throws is a failure by what it threw, also after its answer; what it noted before stands', async () => {
    await using bot = await startRoutesBot();
    expect((await bot.fetch('/throws/error')).status).toBe(500);
    expect((await bot.fetch('/throws/late')).status).toBe(200);
    expect((await bot.fetch('/throws/preset')).status).toBe(500);
    expect((await bot.fetch('/seed/check')).status).toBe(200);
    await settled();
    expect(await failures(bot.database)).toEqual([
      expect.objectContaining({ event_name: 'api.seed.check.failure', error_type: 'invalid_preset', provider: 'samus.link' }),
      expect.objectContaining({ event_name: 'api.throws.error.failure', error_type: 'unexpected_error' }),
      expect.objectContaining({ event_name: 'api.throws.late.failure', error_type: 'unexpected_error' }),
      expect.objectContaining({ event_name: 'api.throws.preset.failure', error_type: 'invalid_preset' })
    ]);
  });

  test('that streams is measured to the end of its response, or until the connection is gone', async () => {
    await using bot = await startRoutesBot();
    expect(await (await bot.fetch('/stream/whole')).text()).toBe('the beginningthe end');
    const abort = new AbortController();
    const hanging = await bot.fetch('/stream/hanging', { signal: abort.signal });
    expect(container.telemetry.status().inFlight).toBe(1);
    await wait(HELD_MS);
    abort.abort();
    await expect(hanging.text()).rejects.toThrow('aborted');
    await expect(bot.fetch('/stream/broken').then((response) => response.text())).rejects.toThrow(/terminated|fetch failed/);
    await settled();
    const ends = await terminalEvents(bot.database);
    expect(ends).toEqual([
      expect.objectContaining({ event_name: 'api.stream.broken.failure', status: 'error', error_type: 'provider_unavailable' }),
      expect.objectContaining({ event_name: 'api.stream.hanging.failure', status: 'error', error_type: 'connection_closed' }),
      expect.objectContaining({ event_name: 'api.stream.whole.success', status: 'ok', error_type: null })
    ]);
    // A timer may be a millisecond early.
    for (const { duration_ms: duration } of ends.slice(1)) expect(Number(duration)).toBeGreaterThanOrEqual(HELD_MS - 1);
  });

  test('is measured without anything that a user sent: no row and no line of the log holds it', async () => {
    await using bot = await startRoutesBot();
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
      for (const method of ['GET', 'POST']) await bot.fetch(path, method === 'GET' ? { headers } : init);
    await settled();
    expect(await outcomes(bot.database)).toEqual({
      'api.races.result': { runs: 1, ok: 1, failed: 0 },
      'api.seeds.get': { runs: 3, ok: 3, failed: 0 },
      'api.seeds.post': { runs: 1, ok: 1, failed: 0 }
    });
    const rows = JSON.stringify(await storedEvents(bot.database));
    for (const text of [rows, bot.log.join('\n')]) for (const secret of [SECRET, '712345678901234567']) expect(text).not.toContain(secret);
  });

  test('works as ever when telemetry is off', async () => {
    await using bot = await startRoutesBot({ prefix: '', env: { TELEMETRY_ENABLED: 'false' } });
    expect((await bot.fetch('/auth/login')).status).toBe(302);
    expect((await bot.fetch('/auth/login', { headers: { 'x-guard': 'deny' } })).status).toBe(403);
    expect(container.telemetry.enabled).toBe(false);
  });

  test('every run that begins ends, however many there are at once', async () => {
    await using bot = await startRoutesBot();
    const answers = await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        const abort = new AbortController();
        const path = ['/stream/whole', '/throws/error', '/seeds', '/status/503'][index % 4] ?? '/';
        const answer = bot.fetch(path, { signal: abort.signal }).then(
          async (response) => response.text().catch(() => 'aborted'),
          () => 'aborted'
        );
        if (index % 8 === 0) setTimeout(() => abort.abort(), HELD_MS / 2);
        return answer;
      })
    );
    expect(answers).toHaveLength(60);
    await settled();
    for (const { runs, ok, failed } of Object.values(await outcomes(bot.database))) expect(runs).toBe(ok + failed);
    expect(container.telemetry.status().inFlight).toBe(0);
  });
});
