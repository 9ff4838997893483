import { expect, test } from '@jest/globals';
import type { ActiveTelemetry } from '../../src/telemetry/activeTelemetry.ts';
import { until } from '../support/bot.ts';
import { onBothDatabases, outcomes } from '../support/databases.ts';
import { makeTelemetry, ROLL, startTelemetry } from '../support/handClock.ts';

const roll = (telemetry: ActiveTelemetry): void => telemetry.track(ROLL, () => undefined);

test('closing interrupts what is in flight and writes it; a second close changes nothing, and a start goes on', async () => {
  await using started = await startTelemetry();
  const { telemetry, database } = started;
  telemetry.runs.begin({}, ROLL);
  await Promise.all([telemetry.close(), telemetry.close()]);
  await telemetry.close();
  expect(telemetry.status()).toMatchObject({ state: 'closed', inFlight: 0, queueLength: 0 });
  expect(await outcomes(database)).toEqual({ 'discord.seeds.roll': { runs: 1, ok: 0, failed: 1 } });

  roll(telemetry);
  telemetry.start();
  telemetry.start();
  await until(() => telemetry.status().state === 'open');
  roll(telemetry);
  expect(await telemetry.flush()).toBe(true);
  expect(await outcomes(database)).toEqual({ 'discord.seeds.roll': { runs: 3, ok: 2, failed: 1 } });
});

onBothDatabases((createDatabase) => {
  test('closing while the database is being opened waits for it, writes what there is, and is no fault', async () => {
    const database = await createDatabase();
    await using made = await makeTelemetry({ database });
    const { telemetry, log } = made;
    telemetry.start();
    roll(telemetry);
    await telemetry.close();
    expect(telemetry.status()).toMatchObject({ state: 'closed', queueLength: 0, counters: { made: 2, written: 2 } });
    expect(await outcomes(database)).toEqual({ 'discord.seeds.roll': { runs: 1, ok: 1, failed: 0 } });
    expect(log).toEqual([expect.stringMatching(/^Telemetry writes to/)]);
  });
});

test('a start while the close before it is under way has its own database, and a close after that closes it', async () => {
  await using started = await startTelemetry({ env: { TELEMETRY_QUEUE_SIZE: '200000', TELEMETRY_FLUSH_INTERVAL_MS: '600000' } });
  const { telemetry, database } = started;
  const RUNS = 20_000;
  for (let run = 0; run < RUNS; run += 1) roll(telemetry);
  const closing = telemetry.close();
  telemetry.start();
  await closing;
  await until(() => telemetry.status().state === 'open');
  roll(telemetry);
  expect(await telemetry.flush()).toBe(true);
  expect(await outcomes(database)).toEqual({ 'discord.seeds.roll': { runs: RUNS + 1, ok: RUNS + 1, failed: 0 } });
  await telemetry.close();
  expect(telemetry.status().state).toBe('closed');
});

test('a close after a start that came while closing closes what was started', async () => {
  await using started = await startTelemetry();
  const { telemetry } = started;
  const closing = telemetry.close();
  telemetry.start();
  await telemetry.close();
  await closing;
  expect(telemetry.status().state).toBe('closed');
});
