import { expect, test } from '@jest/globals';
import type { RunDescription } from '../../src/events/runDescription.ts';
import { outcomes } from '../support/databases.ts';
import { ROLL, startTelemetry } from '../support/handClock.ts';

test('nothing of an excluded guild is recorded', async () => {
  await using started = await startTelemetry({ options: { excludeGuilds: ['811111111111111111'] } });
  const { telemetry, database } = started;
  for (const guildId of ['811111111111111111', '822222222222222222', null]) telemetry.track({ ...ROLL, guildId }, () => undefined);
  const run = {};
  telemetry.runs.begin(run, { ...ROLL, guildId: '811111111111111111' });
  telemetry.run(run).fail('invalid_preset');
  telemetry.runs.end(run);
  await telemetry.flush();
  expect(await outcomes(database)).toEqual({ 'discord.seeds.roll': { runs: 2, ok: 2, failed: 0 } });
  expect(telemetry.status()).toMatchObject({ inFlight: 0, counters: { made: 4 } });
});

test('a run whose surface is none is passed through and not recorded, and the operator reads of it once', async () => {
  await using started = await startTelemetry();
  const { telemetry, database, log } = started;
  log.length = 0;
  const { surface: _surface, ...unsaid } = ROLL;
  // A bot in JavaScript may write any of them.
  const wrong = [unsaid, ...['', 'slack', 'Discord', 7, null, ['discord']].map((surface) => ({ ...ROLL, surface }))];
  for (const description of wrong as unknown as RunDescription[]) {
    const seed = await telemetry.track(description, async (run) => {
      run.annotate({ provider: 'alttpr' });
      run.fail('not_found');
      return 'a seed';
    });
    expect(seed).toBe('a seed');
    const key = {};
    telemetry.runs.begin(key, description);
    expect(telemetry.runs.has(key)).toBe(false);
    telemetry.runs.end(key);
  }
  expect(telemetry.status()).toMatchObject({ inFlight: 0, counters: { made: 0 } });
  expect(log).toEqual(['Telemetry does not record a run whose surface is none of discord, racetime, api']);

  telemetry.track(ROLL, () => undefined);
  await telemetry.flush();
  expect(await outcomes(database)).toEqual({ 'discord.seeds.roll': { runs: 1, ok: 1, failed: 0 } });
});
