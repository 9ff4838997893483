import { afterEach, expect, jest, test } from '@jest/globals';
import { UserError } from '@sapphire/framework';
import { runInNewContext } from 'node:vm';
import { addDays } from '../src/events/day.ts';
import type { TelemetryClientOptions } from '../src/telemetry/clientOptions.ts';
import type { ActiveTelemetry } from '../src/telemetry/activeTelemetry.ts';
import { until } from './support/bot.ts';
import {
  countEvents,
  endsOf,
  EVERY_END,
  postgresqlDatabase,
  sqliteDatabase,
  storedEvents,
  type TestDatabase
} from './support/databases.ts';
import { fakeMinutes, makeTelemetry, ROLL, type HandClock } from './support/handClock.ts';

const MINUTE_MS = 60_000;
const [INVOKE, SUCCESS, FAILURE] = ['discord.seeds.roll.invoke', 'discord.seeds.roll.success', 'discord.seeds.roll.failure'] as const;

interface Subject {
  readonly telemetry: ActiveTelemetry;
  readonly clock: HandClock;
  readonly database: TestDatabase;
  readonly log: string[];
}

async function makeSubject(options: TelemetryClientOptions = {}, env: Readonly<Record<string, string>> = {}): Promise<Subject> {
  const database = await sqliteDatabase();
  const { telemetry, clock, log } = await makeTelemetry({ env: { ...database.env, ...env }, options });
  return { telemetry, clock, database, log };
}

async function startTelemetry(options?: TelemetryClientOptions, env?: Readonly<Record<string, string>>): Promise<Subject> {
  const subject = await makeSubject(options, env);
  subject.telemetry.start();
  await until(() => subject.telemetry.status().state === 'open');
  return subject;
}

const roll = ({ telemetry }: Subject): void => telemetry.track(ROLL, () => undefined);

test('a run over midnight ends on the day on which it began', async () => {
  const { telemetry, clock, database } = await startTelemetry();
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
      [INVOKE, '2026-02-12', null],
      [SUCCESS, '2026-02-12', 1_500],
      [INVOKE, '2026-02-13', null],
      [SUCCESS, '2026-02-13', 0]
    ])
  );
  const { daily, quality } = await telemetry.report({ days: 2 });
  expect(daily.map(({ day, events }) => [day, events])).toEqual([
    ['2026-02-13', 2],
    ['2026-02-12', 2]
  ]);
  expect(quality.unfinished).toBe(0);
  await telemetry.close();
});

test('a calendar that is set back does no harm', async () => {
  const subject = await startTelemetry();
  const { telemetry, clock, database } = subject;
  const run = {};
  telemetry.runs.begin(run, ROLL);
  clock.day = '2026-01-01';
  roll(subject);
  telemetry.runs.succeed(run);
  telemetry.runs.end(run);
  await telemetry.purge();
  await telemetry.flush();
  expect(await countEvents(database)).toEqual({ [INVOKE]: 2, [SUCCESS]: 2 });
  const days = await database.sql('select day_bucket as day, count(*) as count from telemetry_events group by 1 order by 1');
  expect(days).toEqual([
    { day: '2026-01-01', count: 2 },
    { day: '2026-02-12', count: 2 }
  ]);
  await telemetry.close();
});

afterEach(() => {
  jest.useRealTimers();
});

test('a run that does not end in 15 minutes is interrupted, and an end that comes later writes nothing more', async () => {
  fakeMinutes();
  const { telemetry, clock, database } = await startTelemetry();
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
  expect(await countEvents(database)).toEqual({
    [INVOKE]: 2,
    [SUCCESS]: 1,
    [FAILURE]: 1,
    'discord.seeds.nightly.invoke': 1,
    'discord.seeds.nightly.success': 1
  });
  const failure = (await storedEvents(database)).find(({ action }) => action === 'failure');
  expect(failure).toMatchObject({ status: 'error', error_type: 'interrupted', duration_ms: null });
  await telemetry.close();
  expect(jest.getTimerCount()).toBe(0);
});

test('track hands back exactly what the work returns or throws, at once or later', async () => {
  const { telemetry, database, clock } = await startTelemetry();
  const value = { seed: 1 };
  const [slow, error, rejection] = [Promise.resolve(value), new TypeError('broken'), Promise.reject(new TypeError('broken later'))];
  expect(telemetry.track(ROLL, () => value)).toBe(value);
  expect(telemetry.track(ROLL, () => slow)).toBe(slow);
  expect(telemetry.track(ROLL, () => rejection)).toBe(rejection);
  await expect(rejection).rejects.toThrow('broken later');
  let caught: unknown;
  try {
    telemetry.track(ROLL, () => {
      throw error;
    });
  } catch (thrown) {
    caught = thrown;
  }
  expect(caught).toBe(error);

  const gate = Promise.withResolvers<void>();
  const waiting = telemetry.track(ROLL, () => gate.promise);
  expect(telemetry.status().inFlight).toBe(1);
  clock.ms += 250;
  gate.resolve();
  await waiting;
  await telemetry.flush();
  expect(await countEvents(database)).toEqual({ [INVOKE]: 5, [SUCCESS]: 3, [FAILURE]: 2 });
  const durations = (await storedEvents(database)).filter(({ action }) => action === 'success').map((row) => row['duration_ms']);
  expect(new Set(durations)).toEqual(new Set([0, 250]));
  await telemetry.close();
});

test('tracked work fails by what it throws: an error, a refusal or a timeout', async () => {
  const { telemetry, database } = await startTelemetry();
  const refusal = new UserError({ identifier: 'permissionDenied' });
  for (const thrown of [undefined, new TypeError('broken'), refusal, new DOMException('Timed out', 'TimeoutError')]) {
    const work = telemetry.track({ ...ROLL, surface: 'api' }, async () => {
      if (thrown !== undefined) throw thrown;
    });
    await work.catch(() => undefined);
  }
  await telemetry.flush();
  expect(await endsOf(database, 'api.seeds.roll')).toEqual(EVERY_END);
  await telemetry.close();
});

test('a promise of another realm is measured until it is settled, not until it is made', async () => {
  const { telemetry, database } = await startTelemetry();
  // Under Jest every promise of Node's own modules is one.
  const foreign: Promise<string> = runInNewContext("new Promise((resolve) => setTimeout(() => resolve('a seed'), 50))", { setTimeout });
  expect(foreign).not.toBeInstanceOf(Promise);
  expect(telemetry.track(ROLL, () => foreign)).toBe(foreign);
  expect(telemetry.status().inFlight).toBe(1);
  expect(await foreign).toBe('a seed');
  await telemetry.flush();
  expect(await countEvents(database)).toEqual({ [INVOKE]: 1, [SUCCESS]: 1 });
  await telemetry.close();
});

test('work within work is counted once each', async () => {
  const { telemetry, database } = await startTelemetry();
  const inner = { ...ROLL, operation: 'ask' };
  const seed = await telemetry.track(ROLL, async () => telemetry.track(inner, async () => telemetry.track(inner, () => 'a seed')));
  expect(seed).toBe('a seed');
  await telemetry.flush();
  expect(await countEvents(database)).toEqual({
    [INVOKE]: 1,
    [SUCCESS]: 1,
    'discord.seeds.ask.invoke': 2,
    'discord.seeds.ask.success': 2
  });
  await telemetry.close();
});

test('work is stored under the surface that it names, and work within it fails by itself or with it', async () => {
  const { telemetry, database } = await startTelemetry();
  const error = new TypeError('broken');
  const [api, racetime] = [
    { ...ROLL, surface: 'api' },
    { ...ROLL, surface: 'racetime' }
  ] as const;
  const broken = (): never => {
    throw error;
  };
  const caught: unknown[] = [];
  // Both fail, by the same error.
  await telemetry.track(api, async () => telemetry.track(racetime, async () => broken())).catch((thrown: unknown) => caught.push(thrown));
  try {
    telemetry.track(api, () => telemetry.track(racetime, broken));
  } catch (thrown) {
    caught.push(thrown);
  }
  // What the outer work makes good is a failure of the inner alone.
  const seed = telemetry.track(api, () => {
    try {
      return telemetry.track(racetime, broken);
    } catch (thrown) {
      caught.push(thrown);
      return 'another seed';
    }
  });
  expect(seed).toBe('another seed');
  expect(caught.map((one) => one === error)).toEqual([true, true, true]);
  await telemetry.flush();
  expect(await countEvents(database)).toEqual({
    'api.seeds.roll.invoke': 3,
    'api.seeds.roll.failure': 2,
    'api.seeds.roll.success': 1,
    'racetime.seeds.roll.invoke': 3,
    'racetime.seeds.roll.failure': 3
  });
  for (const row of await storedEvents(database)) expect(row['surface']).toBe(String(row['event_name']).split('.')[0]);
  await telemetry.close();
});

test('nothing of an excluded guild is recorded', async () => {
  const { telemetry, database } = await startTelemetry({ excludeGuilds: ['811111111111111111'] });
  for (const guildId of ['811111111111111111', '822222222222222222', null]) telemetry.track({ ...ROLL, guildId }, () => undefined);
  const run = {};
  telemetry.runs.begin(run, { ...ROLL, guildId: '811111111111111111' });
  telemetry.run(run).fail('invalid_preset');
  telemetry.runs.end(run);
  await telemetry.flush();
  expect(await countEvents(database)).toEqual({ [INVOKE]: 2, [SUCCESS]: 2 });
  expect(telemetry.status()).toMatchObject({ inFlight: 0, counters: { made: 4 } });
  await telemetry.close();
});

test('closing interrupts what is in flight and writes it; a second close changes nothing, and a start goes on', async () => {
  const subject = await startTelemetry();
  const { telemetry, database } = subject;
  telemetry.runs.begin({}, ROLL);
  await Promise.all([telemetry.close(), telemetry.close()]);
  await telemetry.close();
  expect(telemetry.status()).toMatchObject({ state: 'closed', inFlight: 0, queueLength: 0 });
  expect(await countEvents(database)).toEqual({ [INVOKE]: 1, [FAILURE]: 1 });

  roll(subject);
  telemetry.start();
  telemetry.start();
  await until(() => telemetry.status().state === 'open');
  roll(subject);
  expect(await telemetry.flush()).toBe(true);
  expect(await countEvents(database)).toEqual({ [INVOKE]: 3, [FAILURE]: 1, [SUCCESS]: 2 });
  await telemetry.close();
});

test.each([
  ['SQLite', async () => ({})],
  ['PostgreSQL', async () => (await postgresqlDatabase()).env]
])('closing while %s is being opened waits for it, writes what there is, and is no fault', async (_, env) => {
  const subject = await makeSubject({}, await env());
  subject.telemetry.start();
  roll(subject);
  await subject.telemetry.close();
  expect(subject.telemetry.status()).toMatchObject({ state: 'closed', queueLength: 0, counters: { made: 2, written: 2 } });
  expect(subject.log).toEqual([expect.stringMatching(/^Telemetry writes to/)]);
});

test('a start while the close before it is under way has its own database, and a close after that closes it', async () => {
  const subject = await startTelemetry({}, { TELEMETRY_QUEUE_SIZE: '200000', TELEMETRY_FLUSH_INTERVAL_MS: '600000' });
  const { telemetry, database } = subject;
  const RUNS = 20_000;
  for (let run = 0; run < RUNS; run += 1) roll(subject);
  const closing = telemetry.close();
  telemetry.start();
  await closing;
  await until(() => telemetry.status().state === 'open');
  roll(subject);
  expect(await telemetry.flush()).toBe(true);
  expect(await countEvents(database)).toEqual({ [INVOKE]: RUNS + 1, [SUCCESS]: RUNS + 1 });
  await telemetry.close();
});

test('a close after a start that came while closing closes what was started', async () => {
  const { telemetry } = await startTelemetry();
  const closing = telemetry.close();
  telemetry.start();
  await telemetry.close();
  await closing;
  expect(telemetry.status().state).toBe('closed');
});

test('a report that is being read is shared by those who ask for the same meanwhile', async () => {
  const { telemetry } = await startTelemetry();
  await until(() => telemetry.status().state === 'open');
  const [first, same, other] = await Promise.all([
    telemetry.report({ days: 7 }),
    telemetry.report({ days: 7 }),
    telemetry.report({ days: 8 })
  ]);
  expect(same).toBe(first);
  expect(other).not.toBe(first);
  expect(await telemetry.report({ days: 7 })).not.toBe(first);
  await telemetry.close();
});
