import { afterEach, expect, jest, test } from '@jest/globals';
import { addDays } from '../../src/events/day.ts';
import { outcomes, storedEvents } from '../support/databases.ts';
import { fakeMinutes, ROLL, startTelemetry } from '../support/handClock.ts';

const MINUTE_MS = 60_000;

afterEach(() => {
  jest.useRealTimers();
});

test('a run over midnight ends on the day on which it began', async () => {
  await using started = await startTelemetry();
  const { telemetry, clock, database } = started;
  const run = {};
  telemetry.runs.begin(run, ROLL);
  clock.day = addDays(clock.day, 1);
  clock.ms += 1_500;
  telemetry.runs.succeed(run);
  telemetry.runs.end(run);
  telemetry.track(ROLL, () => undefined);
  await telemetry.flush();
  expect((await storedEvents(database)).map((row) => [row['event_name'], row['day_bucket'], row['duration_ms']])).toEqual(
    expect.arrayContaining([
      ['discord.seeds.roll.invoke', '2026-02-12', null],
      ['discord.seeds.roll.success', '2026-02-12', 1_500],
      ['discord.seeds.roll.invoke', '2026-02-13', null],
      ['discord.seeds.roll.success', '2026-02-13', 0]
    ])
  );
  clock.day = addDays(clock.day, 1);
  const { daily, quality } = await telemetry.report({ days: 2 });
  expect(daily.map(({ day, events }) => [day, events])).toEqual([
    ['2026-02-13', 2],
    ['2026-02-12', 2]
  ]);
  expect(quality.unfinished).toBe(0);
});

test('a calendar that is set back does no harm', async () => {
  await using started = await startTelemetry();
  const { telemetry, clock, database } = started;
  const run = {};
  telemetry.runs.begin(run, ROLL);
  clock.day = '2026-01-01';
  telemetry.track(ROLL, () => undefined);
  telemetry.runs.succeed(run);
  telemetry.runs.end(run);
  await expect(telemetry.purge()).rejects.toThrow(/the clock of this machine says 2026-01-01/);
  await telemetry.flush();
  expect(await outcomes(database)).toEqual({ 'discord.seeds.roll': { runs: 2, ok: 2, failed: 0 } });
  const days = await database.sql('select day_bucket as day, count(*) as count from telemetry_events group by 1 order by 1');
  expect(days).toEqual([
    { day: '2026-01-01', count: 2 },
    { day: '2026-02-12', count: 2 }
  ]);
});

test('a run that does not end in 15 minutes is interrupted, and an end that comes later writes nothing more', async () => {
  fakeMinutes();
  await using started = await startTelemetry();
  const { telemetry, clock, database } = started;
  const [old, young] = [{}, {}];
  const night = Promise.withResolvers<void>();
  // Its end is heard of however late it comes.
  const tracked = telemetry.track({ ...ROLL, operation: 'nightly' }, () => night.promise);
  telemetry.runs.begin(old, ROLL);
  clock.ms += MINUTE_MS;
  telemetry.runs.begin(young, ROLL);
  clock.ms += 13.9 * MINUTE_MS;
  jest.advanceTimersByTime(MINUTE_MS);
  expect(telemetry.status().inFlight).toBe(3);
  clock.ms += 0.1 * MINUTE_MS;
  jest.advanceTimersByTime(MINUTE_MS);
  expect(telemetry.status().inFlight).toBe(2);
  night.resolve();
  await tracked;

  for (const run of [old, young]) {
    telemetry.runs.succeed(run);
    telemetry.runs.end(run);
    telemetry.runs.end(run);
  }
  await telemetry.flush();
  expect(await outcomes(database)).toEqual({
    'discord.seeds.roll': { runs: 2, ok: 1, failed: 1 },
    'discord.seeds.nightly': { runs: 1, ok: 1, failed: 0 }
  });
  const failure = (await storedEvents(database)).find(({ action }) => action === 'failure');
  expect(failure).toMatchObject({ status: 'error', error_type: 'interrupted', duration_ms: null });
  await telemetry.close();
  expect(jest.getTimerCount()).toBe(0);
});
