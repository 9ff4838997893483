import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, expect, jest, test } from '@jest/globals';
import { until } from '../support/bot.ts';
import { outcomes, sqliteDatabase, temporaryFolder } from '../support/databases.ts';
import { runUntilEnd } from '../support/endingProcess.ts';
import { ROLL, startTelemetry } from '../support/handClock.ts';

const RUNS = 1_500;

afterEach(() => {
  jest.restoreAllMocks();
});

/** The thread of the store that was opened last, once it is asked for something. */
function watchThread(): { readonly current: Worker | undefined; onWrite: ((worker: Worker) => void) | undefined } {
  const watched: { current: Worker | undefined; onWrite: ((worker: Worker) => void) | undefined } = {
    current: undefined,
    onWrite: undefined
  };
  const { postMessage } = Worker.prototype;
  jest.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (this: Worker, call, moved) {
    watched.current = this;
    postMessage.call(this, call, moved as never);
    if ((call as { method: string }).method === 'write') watched.onWrite?.(this);
  });
  return watched;
}

test('SQLite works in a thread of its own', async () => {
  const thread = watchThread();
  await using started = await startTelemetry();
  started.telemetry.track(ROLL, () => undefined);
  await started.telemetry.flush();
  expect(thread.current?.threadId).toBeGreaterThan(0);
});

test('a thread that is killed in the middle of a batch is started anew: nothing is lost, nothing is written twice, and it is told', async () => {
  const thread = watchThread();
  await using started = await startTelemetry({ env: { TELEMETRY_QUEUE_SIZE: '10000' } });
  const { telemetry, database, log } = started;
  let kills = 0;
  thread.onWrite = (worker) => {
    if (kills < 2) void worker.terminate();
    kills += 1;
  };
  for (let run = 0; run < RUNS; run += 1) telemetry.track(ROLL, () => undefined);
  await until(() => telemetry.flush(), 20_000);
  expect(await outcomes(database)).toEqual({ 'discord.seeds.roll': { runs: RUNS, ok: RUNS, failed: 0 } });
  expect(telemetry.status()).toMatchObject({
    problem: null,
    threadRestarts: 2,
    queueLength: 0,
    counters: { written: 2 * RUNS, dropped: 0 }
  });
  expect(log).toContainEqual(expect.stringMatching(/the thread of SQLite ended/));
});

test('a thread that is killed while nobody asks for anything is started anew by the next report', async () => {
  const thread = watchThread();
  await using started = await startTelemetry();
  const { telemetry, log } = started;
  telemetry.track(ROLL, () => undefined);
  await telemetry.flush();
  await thread.current?.terminate();
  await until(() => log.some((line) => line.includes('the thread of SQLite ended')));
  await until(async () => (await telemetry.report().catch(() => undefined))?.events === 2);
  expect(telemetry.status().threadRestarts).toBe(1);
});

test.each<[string, number]>([
  ['exit', 7],
  ['close and exit', 7],
  ['throw', 1],
  ['nothing left to do', 0]
])('a process that ends by "%s" without waiting has written all, and ends as it would', async (way, exitCode) => {
  const database = await sqliteDatabase();
  const ended = await runUntilEnd(database, way, 700);
  expect({ way, ...ended }).toMatchObject({ exitCode });
  expect(await outcomes(database)).toEqual({ 'discord.generator.preset': { runs: 700, ok: 700, failed: 0 } });
});

test('what the bot preloads is not run again in the thread', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'preload.cjs'), "process.stdout.write('preloaded\\n');");
  const database = await sqliteDatabase();
  const { output } = await runUntilEnd(database, 'exit', 700, ['--require', join(folder, 'preload.cjs')]);
  expect(output.match(/preloaded/g)).toHaveLength(1);
  expect(await outcomes(database)).toHaveProperty(['discord.generator.preset', 'runs'], 700);
});
