import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import type { DataPoint, Histogram } from '@opentelemetry/sdk-metrics';
import { container } from '@sapphire/framework';
import type { Meter } from '../../src/metrics/meter.ts';
import { RUN_ATTRIBUTES } from '../../src/schema/runAttributes.ts';
import { privacyPolicy } from '../../src/schema/privacyPolicy.ts';
import type { TelemetryClientOptions } from '../../src/telemetry/clientOptions.ts';
import { createTelemetry } from '../../src/telemetry/createTelemetry.ts';
import { ENABLED, settled, startBot, until } from '../support/bot.ts';
import { brokenMeter, endlessly, fail, failLater } from '../support/brokenMeter.ts';
import { onBothDatabases, outcomes, sqliteDatabase } from '../support/databases.ts';
import { makeTelemetry, ROLL, startTelemetry } from '../support/handClock.ts';
import { recordingLog } from '../support/recordingLog.ts';
import { startMeasuredBot } from '../support/measuredBot.ts';
import { inOrder, TestMeter } from '../support/testMeter.ts';
import { complaints, Ping } from '../support/traffic.ts';
import { SECRET, startWorkingBot, statusOf } from '../telemetry/workingBot.ts';
import { startMixedBot } from './mixedBot.ts';

const GUILD = '811111111111111111';
const OTHER_GUILD = '822222222222222222';
const quick = { timeoutMs: 300 };
const DURATION = 'bot.run.duration';
const UNTIMED = 'bot.run.untimed_failures';
const LISTENER_ERRORS = 'bot.listener.errors';
const LOST = 'bot.telemetry.lost_events';

onBothDatabases((createDatabase) => {
  test('each run that ends is handed to the meter by its names and its end, and errors of listeners stand apart', async () => {
    const [database, told] = [await createDatabase(), new TestMeter()];
    await using bot = await startMixedBot(database, told.meter);
    const { discord } = bot;
    const roll = (end: string) => discord.slash({ command: 'roll', options: { end }, ...quick });
    await Promise.all(['well', 'well', 'annotated', 'throw', 'timeout', 'answered', 'denied'].map(roll));
    await discord.slash({ command: 'alttpr', subcommand: 'preset', ...quick });
    await discord.message({ content: 'hello', expectReply: false });
    await until(async () => (await told.sum(LISTENER_ERRORS)) === 1);
    await settled();
    const { outcomes: ends, listenerErrors } = await container.telemetry.report();
    // In flight until the bot goes down.
    void container.telemetry.track(ROLL, () => new Promise(() => undefined));
    await bot.stop();

    const generator = { surface: 'discord', feature: 'generator' };
    const rolled = { ...generator, operation: 'roll' };
    const denied = { ...rolled, status: 'denied', 'error.type': 'permission_denied' };
    expect(await told.measured(DURATION)).toEqual(
      inOrder([
        { name: DURATION, value: 2, attributes: { ...rolled, status: 'ok' } },
        { name: DURATION, value: 1, attributes: { ...rolled, status: 'ok', provider: 'samus.link' } },
        { name: DURATION, value: 1, attributes: { ...rolled, status: 'error', 'error.type': 'unexpected_error' } },
        { name: DURATION, value: 1, attributes: { ...rolled, status: 'timeout', 'error.type': 'provider_timeout' } },
        { name: DURATION, value: 1, attributes: { ...rolled, status: 'error', 'error.type': 'invalid_preset' } },
        { name: DURATION, value: 1, attributes: { ...generator, operation: 'preset', status: 'ok', provider: 'alttpr' } }
      ])
    );
    expect(await told.measured(UNTIMED)).toEqual(
      inOrder([
        { name: UNTIMED, value: 1, attributes: denied },
        { name: UNTIMED, value: 1, attributes: { ...ROLL, status: 'error', 'error.type': 'interrupted' } }
      ])
    );
    expect(await told.measured(LISTENER_ERRORS)).toEqual([
      { name: LISTENER_ERRORS, value: 1, attributes: { listener: 'deaf', status: 'error', 'error.type': 'unexpected_error' } }
    ]);
    expect({ ends, listenerErrors }).toMatchObject({ ends: { successes: 4, failures: 4 }, listenerErrors: [{ count: 1 }] });
  });
});

test.each<[string, Meter]>([
  ['can make no instrument', brokenMeter({ making: fail })],
  ['makes its instruments some day', brokenMeter({ making: failLater })],
  ['makes none', brokenMeter({ making: () => undefined as never })],
  ['takes no value', brokenMeter({ recording: fail })],
  ['takes no value, and says so later', brokenMeter({ recording: failLater })],
  ['never comes back', brokenMeter({ recording: endlessly })]
])('a meter that %s changes nothing, and the operator is told once', async (_, meter) => {
  const database = await sqliteDatabase();
  await using bot = await startWorkingBot({ database, client: { telemetry: { meter } } });
  for (const command of ['ping', 'broken', 'ping']) expect((await bot.discord.slash({ command }))?.content).toBe('pong');
  await settled();
  await wait(20);
  expect(await outcomes(database)).toEqual({
    'discord.ping.ping': { runs: 2, ok: 2, failed: 0 },
    'discord.broken.broken': { runs: 1, ok: 0, failed: 1 }
  });
  expect(complaints(bot)).toEqual([expect.stringContaining('telemetry.meter')]);
  const { meterErrors } = container.telemetry.status();
  expect(meterErrors).toBeGreaterThan(0);
  expect(await statusOf(bot)).toContain(`Calls of the bot's meter that failed: ${meterErrors}`);
  expect(bot.log.join()).not.toContain(SECRET);
});

test('every run is handed to the meter, however few are sampled', async () => {
  const told = new TestMeter();
  await using made = await startTelemetry({ env: { TELEMETRY_SAMPLE_RATE: '0' }, options: { meter: told.meter } });
  for (let run = 0; run < 100; run += 1) made.telemetry.track(ROLL, () => undefined);
  expect(made.telemetry.status().counters).toMatchObject({ made: 200, sampledOut: 200 });
  expect(await told.sum(DURATION)).toBe(100);
});

test('the meter of one client hears of the runs of all clients of the process', async () => {
  const [told, log, env] = [new TestMeter(), recordingLog([]), { ...ENABLED, ...(await sqliteDatabase()).env }];
  const first = createTelemetry(env, undefined, log);
  const second = createTelemetry(env, { meter: told.meter }, log, first);
  for (const { service } of [first, second, createTelemetry(env, undefined, log, second)]) service.track(ROLL, () => undefined);
  expect(await told.sum(DURATION)).toBe(3);
});

test('no guild is handed to the meter, and of one that is left out not even a run', async () => {
  const told = new TestMeter();
  await using made = await startTelemetry({ options: { meter: told.meter, excludeGuilds: [GUILD] } });
  made.telemetry.track({ ...ROLL, guildId: GUILD }, () => undefined);
  made.telemetry.track({ ...ROLL, guildId: OTHER_GUILD, provider: 'alttpr' }, (run) => run.fail('not_found'));
  await made.telemetry.flush();
  expect(await told.sum(DURATION, UNTIMED)).toBe(1);
  expect(Object.keys((await told.measured(DURATION))[0]?.attributes ?? {}).toSorted()).toEqual(RUN_ATTRIBUTES.toSorted());
  const [stored] = await made.database.sql('select guild_hash from telemetry_events limit 1');
  const all = JSON.stringify(await told.metrics());
  for (const id of [GUILD, OTHER_GUILD, String(stored?.['guild_hash'])]) expect(all).not.toContain(id);
});

test('the duration is told in seconds, unrounded, and with boundaries that suit a bot', async () => {
  const told = new TestMeter();
  await using made = await startTelemetry({ options: { meter: told.meter } });
  made.telemetry.track(ROLL, () => {
    made.clock.ms += 2_500.25;
  });
  const duration = (await told.metrics()).find(({ descriptor }) => descriptor.name === DURATION);
  expect(duration?.descriptor.unit).toBe('s');
  const [point] = (duration?.dataPoints ?? []) as DataPoint<Histogram>[];
  expect(point?.value.sum).toBe(2.500_25);
  // Discord's limit for a first answer is one of them: how many runs took longer is told exactly.
  const { boundaries = [], counts = [] } = point?.value.buckets ?? {};
  expect(boundaries[counts.indexOf(1)]).toBe(3);
});

test('the length of the queue and what is lost are read whenever someone collects', async () => {
  const told = new TestMeter();
  const away = { TELEMETRY_DATABASE_URL: 'postgresql://bot@127.0.0.1:1/bot', TELEMETRY_QUEUE_SIZE: '10' };
  await using made = await makeTelemetry({ env: away, options: { meter: told.meter } });
  made.telemetry.start();
  const losses = (reason: string, value: number) => ({ name: LOST, value, attributes: { reason } });
  expect(await told.measured(LOST)).toEqual([losses('queue_full', 0), losses('refused', 0)]);
  for (let run = 0; run < 8; run += 1) made.telemetry.track(ROLL, () => undefined);
  expect(await told.sum('bot.telemetry.queue.length')).toBe(10);
  // Of a day that is none.
  made.clock.day = 'yesterday';
  made.telemetry.track(ROLL, () => undefined);
  expect(await told.measured(LOST)).toEqual([losses('queue_full', 6), losses('refused', 2)]);
});

test('names and units are such as OpenTelemetry wants them', async () => {
  const told = new TestMeter();
  await using made = await startTelemetry({ options: { meter: told.meter } });
  made.telemetry.track(ROLL, () => undefined);
  for (const feature of ['listener_error', 'seeds']) made.telemetry.runs.recordFailure({ ...ROLL, feature }, new TypeError('it broke'));
  const metrics = await told.metrics();
  expect(Object.fromEntries(metrics.map(({ descriptor: { name, unit } }) => [name, unit]))).toEqual({
    [DURATION]: 's',
    [UNTIMED]: '{run}',
    [LISTENER_ERRORS]: '{error}',
    'bot.telemetry.queue.length': '{event}',
    [LOST]: '{event}'
  });
  const attributes = metrics.flatMap(({ dataPoints }) => dataPoints.flatMap((point) => Object.keys(point.attributes)));
  // Dots make namespaces: none of them is a name itself.
  const names = [...metrics.map(({ descriptor }) => descriptor.name), ...new Set(attributes)];
  for (const name of names) {
    expect(name).toMatch(/^[a-z][a-z0-9]*([._][a-z0-9]+)*$/);
    expect(names.filter((other) => other.startsWith(`${name}.`))).toEqual([]);
  }
  for (const { descriptor } of metrics) expect(descriptor.description).not.toBe('');
});

test.each([{}, { TELEMETRY_ENABLED: 'false' }])('telemetry that is off asks nothing of the meter (%j)', async (env) => {
  const told = new TestMeter();
  await using bot = await startBot({ commands: { ping: Ping }, env, client: { telemetry: { meter: told.meter } } });
  expect((await bot.discord.slash({ command: 'ping' }))?.content).toBe('pong');
  container.telemetry.track(ROLL, () => undefined);
  expect(await told.metrics()).toEqual([]);
  expect(container.telemetry.status().meterErrors).toBeNull();
});

async function privacyOf(telemetry: TelemetryClientOptions): Promise<string | undefined> {
  await using bot = await startMeasuredBot({ client: { telemetry } });
  const reply = await bot.discord.slash({ command: 'telemetry', subcommand: 'privacy', user: bot.discord.owner });
  return reply?.files[0]?.text;
}

test('the privacy text of a bot says whether it has a meter', async () => {
  const [without, within] = [await privacyOf({}), await privacyOf({ meter: new TestMeter().meter })];
  expect(without).toContain('Nothing: this bot hands nothing to one.');
  expect(within).toContain('times that are finer than a day');
  expect(within).toContain('No guild is handed over');
  expect(within).not.toContain('Nothing, unless');
  expect(privacyPolicy()).toContain('Nothing, unless');
});
