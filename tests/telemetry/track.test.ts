import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { UserError } from '@sapphire/framework';
import { endsOf, EVERY_END, outcomes, storedEvents } from '../support/databases.ts';
import { ROLL, startTelemetry } from '../support/handClock.ts';

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('it threw nothing');
}

test('track hands back exactly what the work returns or throws, at once or later', async () => {
  await using started = await startTelemetry();
  const { telemetry, clock, database } = started;
  const value = { seed: 1 };
  const [slow, error, rejection] = [Promise.resolve(value), new TypeError('broken'), Promise.reject(new TypeError('broken later'))];
  expect(telemetry.track(ROLL, () => value)).toBe(value);
  expect(telemetry.track(ROLL, () => slow)).toBe(slow);
  expect(telemetry.track(ROLL, () => rejection)).toBe(rejection);
  await expect(rejection).rejects.toThrow('broken later');
  expect(
    thrownBy(() =>
      telemetry.track(ROLL, () => {
        throw error;
      })
    )
  ).toBe(error);

  const gate = Promise.withResolvers<void>();
  const waiting = telemetry.track(ROLL, () => gate.promise);
  expect(telemetry.status().inFlight).toBe(1);
  clock.ms += 250;
  gate.resolve();
  await waiting;
  await telemetry.flush();
  expect(await outcomes(database)).toEqual({ 'discord.seeds.roll': { runs: 5, ok: 3, failed: 2 } });
  const durations = (await storedEvents(database)).filter(({ action }) => action === 'success').map((row) => row['duration_ms']);
  expect(new Set(durations)).toEqual(new Set([0, 250]));
});

test('tracked work fails by what it throws: an error, a refusal or a timeout', async () => {
  await using started = await startTelemetry();
  const { telemetry, database } = started;
  const refusal = new UserError({ identifier: 'permissionDenied' });
  for (const thrown of [undefined, new TypeError('broken'), refusal, new DOMException('Timed out', 'TimeoutError')]) {
    const work = telemetry.track({ ...ROLL, surface: 'api' }, async () => {
      if (thrown !== undefined) throw thrown;
    });
    await work.catch(() => undefined);
  }
  await telemetry.flush();
  expect(await endsOf(database, 'api.seeds.roll')).toEqual(EVERY_END);
});

test('a promise of another realm is measured until it is settled, not until it is made', async () => {
  await using started = await startTelemetry();
  const { telemetry, database } = started;
  // Under Jest every promise of Node's own modules is one.
  const foreign: Promise<string> = runInNewContext("new Promise((resolve) => setTimeout(() => resolve('a seed'), 50))", { setTimeout });
  expect(foreign).not.toBeInstanceOf(Promise);
  expect(telemetry.track(ROLL, () => foreign)).toBe(foreign);
  expect(telemetry.status().inFlight).toBe(1);
  expect(await foreign).toBe('a seed');
  await telemetry.flush();
  expect(await outcomes(database)).toEqual({ 'discord.seeds.roll': { runs: 1, ok: 1, failed: 0 } });
});

test('work within work is counted once each', async () => {
  await using started = await startTelemetry();
  const { telemetry, database } = started;
  const inner = { ...ROLL, operation: 'ask' };
  const seed = await telemetry.track(ROLL, async () => telemetry.track(inner, async () => telemetry.track(inner, () => 'a seed')));
  expect(seed).toBe('a seed');
  await telemetry.flush();
  expect(await outcomes(database)).toEqual({
    'discord.seeds.roll': { runs: 1, ok: 1, failed: 0 },
    'discord.seeds.ask': { runs: 2, ok: 2, failed: 0 }
  });
});

test('work is stored under the surface that it names, and work within it fails by itself or with it', async () => {
  await using started = await startTelemetry();
  const { telemetry, database } = started;
  const error = new TypeError('broken');
  const [api, racetime] = [
    { ...ROLL, surface: 'api' },
    { ...ROLL, surface: 'racetime' }
  ] as const;
  const broken = (): never => {
    throw error;
  };
  // Both fail, by the same error.
  await expect(telemetry.track(api, async () => telemetry.track(racetime, async () => broken()))).rejects.toBe(error);
  expect(thrownBy(() => telemetry.track(api, () => telemetry.track(racetime, broken)))).toBe(error);
  // What the outer work makes good is a failure of the inner alone.
  expect(telemetry.track(api, () => thrownBy(() => telemetry.track(racetime, broken)))).toBe(error);
  await telemetry.flush();
  expect(await outcomes(database)).toEqual({
    'api.seeds.roll': { runs: 3, ok: 1, failed: 2 },
    'racetime.seeds.roll': { runs: 3, ok: 0, failed: 3 }
  });
  for (const row of await storedEvents(database)) expect(row['surface']).toBe(String(row['event_name']).split('.')[0]);
});
