import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { ThrottledLogger } from '../../src/logging/throttledLogger.ts';
import type { TelemetryClientOptions } from '../../src/telemetry/clientOptions.ts';
import { createTelemetry } from '../../src/telemetry/createTelemetry.ts';
import { ENABLED, settled, until } from '../support/bot.ts';
import { onBothDatabases, outcomes, sqliteDatabase, storedEvents, temporaryFolder } from '../support/databases.ts';
import { ROLL } from '../support/handClock.ts';
import { complaints } from '../support/traffic.ts';
import { SECRET, startWorkingBot } from './workingBot.ts';

function throwing(): never {
  throw new Error(SECRET);
}

async function rejecting(): Promise<never> {
  await wait(1);
  throw new Error(SECRET);
}

const CALLS = 3;

onBothDatabases((createDatabase) => {
  test.each<[string, TelemetryClientOptions]>([
    ['classifyError', { classifyError: throwing }],
    ['function in errorTypes', { errorTypes: { race_full: throwing } }]
  ])('a %s of the bot that throws costs the error its type and nothing else, and the operator reads of it', async (_, telemetry) => {
    const database = await createDatabase();
    await using bot = await startWorkingBot({ database, client: { telemetry } });
    for (let call = 0; call < CALLS; call += 1) expect((await bot.discord.slash({ command: 'broken' }))?.content).toBe('pong');
    await settled();
    expect(await outcomes(database)).toEqual({ 'discord.broken.broken': { runs: CALLS, ok: 0, failed: CALLS } });
    expect((await storedEvents(database)).at(0)).toMatchObject({ action: 'failure', error_type: 'unexpected_error' });
    expect(complaints(bot)).toEqual([expect.stringContaining('errorTypes or classifyError')]);
    expect(bot.log.join('\n')).not.toContain(SECRET);
  });
});

// Jest fails a test in which a rejection is handled by nobody; Node would end the process.
test.each<[string, unknown]>([
  ['classifyError', { classifyError: rejecting }],
  ['function in errorTypes', { errorTypes: { race_full: rejecting } }]
])('an async %s of the bot that rejects costs the error its type and nothing else', async (_, telemetry) => {
  const database = await sqliteDatabase();
  await using bot = await startWorkingBot({ database, client: { telemetry: telemetry as TelemetryClientOptions } });
  for (let call = 0; call < CALLS; call += 1) expect((await bot.discord.slash({ command: 'broken' }))?.content).toBe('pong');
  await settled();
  await wait(50);
  expect(await outcomes(database)).toEqual({ 'discord.broken.broken': { runs: CALLS, ok: 0, failed: CALLS } });
  expect((await storedEvents(database)).at(0)).toMatchObject({ action: 'failure', error_type: 'unexpected_error' });
  expect(bot.log.join('\n')).not.toContain(SECRET);
});

test('a logger of the bot that throws costs its line and nothing else', async () => {
  const log = new ThrottledLogger(() => ({ info: throwing, warn: throwing, error: throwing }));
  const away = { TELEMETRY_DATABASE_URL: 'postgresql://bot@127.0.0.1:1/bot', TELEMETRY_DATA_DIR: await temporaryFolder() };
  const settings = { ...ENABLED, ...away, TELEMETRY_QUEUE_SIZE: '1' };
  const { service: telemetry } = createTelemetry(settings, undefined, log);
  telemetry.start();
  for (let run = 0; run < CALLS; run += 1) expect(telemetry.track(ROLL, () => run)).toBe(run);
  await until(() => telemetry.status().problem !== null);
  expect(telemetry.status().counters.dropped).toBeGreaterThan(0);
  await telemetry.close();
  const { service: other } = createTelemetry({ ...ENABLED, ...(await sqliteDatabase()).env }, undefined, log);
  other.start();
  other.track(ROLL, () => undefined);
  await until(() => other.status().state === 'open');
  await other.close();
  expect(other.status().counters).toMatchObject({ made: 2, written: 2 });
});
