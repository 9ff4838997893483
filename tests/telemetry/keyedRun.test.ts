import { expect, test } from '@jest/globals';
import { outcomes, storedEvents } from '../support/databases.ts';
import { ROLL, startTelemetry } from '../support/handClock.ts';

/** How each run ended, by its provider. */
const endsByProvider = (rows: Awaited<ReturnType<typeof storedEvents>>): unknown[] =>
  rows.filter(({ action }) => action !== 'invoke').map((row) => [row['provider'], row['status'], row['error_type']]);

test('track hands its work the run: the last provider and the first outcome that it says stand', async () => {
  await using started = await startTelemetry();
  const { telemetry, database } = started;
  const seed = await telemetry.track(ROLL, async (run) => {
    run.annotate({ provider: 'alttpr' });
    run.annotate({ provider: 'samus.link' });
    run.fail('invalid_preset');
    run.fail('provider_timeout');
    return 'a seed';
  });
  expect(seed).toBe('a seed');
  await expect(
    telemetry.track({ ...ROLL, provider: 'racetime' }, async (run) => {
      run.fail('permission_denied');
      throw new DOMException('Timed out', 'TimeoutError');
    })
  ).rejects.toThrow('Timed out');
  await telemetry.flush();
  expect(endsByProvider(await storedEvents(database))).toEqual([
    ['racetime', 'denied', 'permission_denied'],
    ['samus.link', 'error', 'invalid_preset']
  ]);
});

test('each run is its own, also where runs overlap', async () => {
  await using started = await startTelemetry();
  const { telemetry, database } = started;
  const gate = Promise.withResolvers<void>();
  const slow = telemetry.track(ROLL, async (run) => {
    await gate.promise;
    run.annotate({ provider: 'slow' });
  });
  telemetry.track(ROLL, (run) => {
    run.annotate({ provider: 'quick' });
    run.fail('not_found');
  });
  gate.resolve();
  await slow;
  await telemetry.flush();
  expect(endsByProvider(await storedEvents(database))).toEqual([
    ['quick', 'error', 'not_found'],
    ['slow', 'ok', null]
  ]);
});

test('after its end a run does nothing more', async () => {
  await using started = await startTelemetry();
  const { telemetry, database } = started;
  const key = {};
  telemetry.runs.begin(key, ROLL);
  const held = [telemetry.track(ROLL, (run) => run), telemetry.run(key)];
  telemetry.runs.succeed(key);
  telemetry.runs.end(key);
  for (const run of held) {
    run.fail('not_found');
    run.annotate({ provider: 'alttpr' });
  }
  await telemetry.flush();
  expect(await outcomes(database)).toEqual({ 'discord.seeds.roll': { runs: 2, ok: 2, failed: 0 } });
  expect((await storedEvents(database)).map(({ provider }) => provider)).toEqual([null, null, null, null]);
  expect(telemetry.status()).toMatchObject({ inFlight: 0, counters: { made: 4 } });
});

test('a run that is asked for by what nothing began does nothing', async () => {
  await using started = await startTelemetry();
  const { telemetry, log } = started;
  for (const key of [{}, () => undefined, 'an interaction', 7, null, undefined]) {
    const run = telemetry.run(key as object);
    run.annotate({ provider: 'no name at all!' });
    run.fail('never declared');
  }
  expect(telemetry.status()).toMatchObject({ inFlight: 0, counters: { made: 0 }, replacedNames: 0 });
  expect(log).toEqual([expect.stringMatching(/^Telemetry writes to/)]);
});
