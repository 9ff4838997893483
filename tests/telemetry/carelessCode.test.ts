import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { Command } from '@sapphire/framework';
import type { ChatInputCommandInteraction } from 'discord.js';
import { bareEnvironment } from '../support/botEnvironment.ts';
import { ENABLED, settled } from '../support/bot.ts';
import { expectCountersToAddUp } from '../support/counters.ts';
import { onBothDatabases, outcomes, sqliteDatabase, storedEvents } from '../support/databases.ts';
import { ROLL, startTelemetry } from '../support/handClock.ts';
import { startMeasuredBot } from '../support/measuredBot.ts';
import { inRepository } from '../support/repository.ts';

const EXPIRY_MS = 15 * 60_000;

test('a rejection reaches the process of the bot as it would without telemetry, whatever its promises are like', async () => {
  const database = await sqliteDatabase();
  const env = { ...bareEnvironment(), ...ENABLED, ...database.env };
  const { stdout } = await promisify(execFile)(process.execPath, [inRepository('tests/fixtures/rejectingProcess.ts')], { env });
  const { without, within, inFlight } = JSON.parse(stdout);
  expect(without).toEqual(expect.arrayContaining(['handled', 'unhandled forgotten', 'unhandled own then', 'unhandled frozen']));
  expect(without).not.toContain('unhandled awaited');
  expect(within).toEqual(without);
  // Of a frozen promise, and of one with a constructor of its own, no end can be heard of.
  expect(inFlight).toBe(2);
  const ends = Object.values(await outcomes(database));
  expect(ends).toHaveLength(13);
  for (const { runs, ok, failed } of ends) expect({ ok, failed }).toEqual({ ok: 0, failed: runs });
});

/** A query as builders make them: it starts when it is awaited. */
class Query {
  started = 0;
  readonly #answer: () => unknown;

  constructor(answer: () => unknown) {
    this.#answer = answer;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- That is what it is about.
  async then(onFulfilled?: (value: unknown) => unknown, onRejected?: (error: unknown) => unknown): Promise<unknown> {
    this.started += 1;
    return Promise.resolve().then(this.#answer).then(onFulfilled, onRejected);
  }
}

/** A promise of which the same is true. */
class LazyPromise extends Promise<unknown> {
  query: Query | undefined;

  static of(answer: () => unknown): LazyPromise {
    const lazy = new LazyPromise((resolve) => resolve(undefined));
    lazy.query = new Query(answer);
    return lazy;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- It is a promise.
  override then(...handlers: never[]): never {
    return (this.query?.then(...handlers) ?? super.then(...handlers)) as never;
  }
}

const broken = (): never => {
  throw new TypeError('broken');
};

onBothDatabases((createDatabase) => {
  test('a query that starts when it is awaited is passed on unstarted, and its end is told when it comes', async () => {
    await using started = await startTelemetry({ database: await createDatabase() });
    const { telemetry, clock, database } = started;
    for (const make of [(answer: () => unknown) => new Query(answer), (answer: () => unknown) => LazyPromise.of(answer)]) {
      const [good, bad] = [make(() => 'a seed'), make(broken)];
      for (const thenable of [good, bad]) expect(telemetry.track(ROLL, () => thenable)).toBe(thenable);
      const startedOf = (one: Query | LazyPromise): number | undefined => (one instanceof Query ? one : one.query)?.started;
      expect([startedOf(good), startedOf(bad), telemetry.status().inFlight]).toEqual([0, 0, 2]);
      clock.ms += 250;
      expect(await Promise.resolve(good)).toBe('a seed');
      await expect(Promise.resolve(bad)).rejects.toThrow('broken');
      expect([startedOf(good), startedOf(bad), telemetry.status().inFlight]).toEqual([1, 1, 0]);
    }
    await telemetry.flush();
    expect(await outcomes(database)).toEqual({ 'discord.seeds.roll': { runs: 4, ok: 2, failed: 2 } });
    const ends = (await storedEvents(database)).filter(({ action }) => action !== 'invoke');
    expect(new Set(ends.map((row) => row['duration_ms']))).toEqual(new Set([250]));
  });
});

test('what tells no end is interrupted when no answer could come of it any more, and is never touched', async () => {
  await using started = await startTelemetry();
  const { telemetry, clock, database } = started;
  const frozen = Object.freeze(new Query(() => 'a seed'));
  const never = new Query(() => 'a seed');
  const trapped = new Proxy(never, { defineProperty: broken, getPrototypeOf: broken });
  const untouchable = new Proxy({}, { get: broken });
  for (const result of [frozen, never, trapped]) expect(telemetry.track(ROLL, () => result)).toBe(result);
  expect(telemetry.track({ ...ROLL, operation: 'no_promise' }, () => untouchable)).toBe(untouchable);
  clock.ms += EXPIRY_MS + 1;
  telemetry.runs.expire();
  await telemetry.flush();
  expect(await outcomes(database)).toEqual({
    'discord.seeds.roll': { runs: 3, ok: 0, failed: 3 },
    'discord.seeds.no_promise': { runs: 1, ok: 1, failed: 0 }
  });
});

test('a recursion until the stack overflows keeps the ledger right, at whatever depth and call it does', async () => {
  await using started = await startTelemetry({ env: { TELEMETRY_QUEUE_SIZE: '200000' } });
  const { telemetry, log } = started;
  log.length = 0;
  const leaf = (depth: number): number => {
    telemetry.track(ROLL, () => depth);
    return leaf(depth + 1);
  };
  const nested = (depth: number): number => telemetry.track(ROLL, () => nested(depth + 1));
  const failing = (depth: number): number => {
    telemetry.track(ROLL, (run) => {
      run.annotate({ provider: 'alttpr' });
      run.fail('not_found');
    });
    return telemetry.track(ROLL, () => failing(depth + 1));
  };
  let deepest = 0;
  const descend = (depth: number): number => {
    deepest = depth;
    return descend(depth + 1);
  };
  expect(() => descend(0)).toThrow('call stack');
  for (const recursion of [leaf, nested, failing]) {
    // Each begins a little less deep, so that it overflows somewhere else.
    const from = (frames: number): number => (frames <= 0 ? recursion(0) : from(frames - 1));
    for (let less = 0; less < 800; less += 20) expect(() => from(deepest - less)).toThrow('call stack');
    // What there was no room for comes with the next run.
    telemetry.track(ROLL, () => undefined);
    expect(telemetry.status().inFlight).toBe(0);
    expectCountersToAddUp(telemetry.status());
  }
  await telemetry.flush();
  const { runs = 0, ok = 0, failed = 0 } = (await outcomes(started.database))['discord.seeds.roll'] ?? {};
  expect({ runs, dropped: telemetry.status().counters.dropped }).toEqual({ runs: ok + failed, dropped: 0 });
  expect(failed).toBeGreaterThan(100);
  expect(log).toEqual([]);
});

const NAMES = ['constructor', 'tostring', 'valueof', '__proto__', 'hasownproperty'];
const unmeasured = (name: string) =>
  class extends Command {
    constructor(context: Command.LoaderContext, options: Command.Options) {
      super(context, { ...options, name, telemetry: false });
    }
    override async chatInputRun(interaction: ChatInputCommandInteraction): Promise<void> {
      await interaction.reply(name);
    }
  };

test('a command that is left out stays so, also where it is called as what every object has', async () => {
  const commands = Object.fromEntries(NAMES.map((name, index) => [`command${index}`, unmeasured(name)]));
  await using bot = await startMeasuredBot({ commands, client: { telemetry: { commands: { ping: { feature: 'latency' } } } } });
  for (const command of NAMES) expect((await bot.discord.slash({ command }))?.content).toBe(command);
  await settled();
  expect(await outcomes(bot.database)).toEqual({});
});
