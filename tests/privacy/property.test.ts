import { afterEach, expect, jest, test } from '@jest/globals';
import * as fc from 'fast-check';
import { addDays } from '../../src/events/day.ts';
import { EventQueue } from '../../src/pipeline/eventQueue.ts';
import type { TelemetryEvent } from '../../src/schema/eventFields.ts';
import type { Store } from '../../src/store/store.ts';
import type { ActiveTelemetry } from '../../src/telemetry/activeTelemetry.ts';
import type { TelemetryClientOptions } from '../../src/telemetry/clientOptions.ts';
import { onBothDatabases, type TestDatabase } from '../support/databases.ts';
import { ROLL, startTelemetry, type HandledTelemetry } from '../support/handClock.ts';
import { openTestStore } from '../support/seedEvents.ts';
import { anything, bytesOf, errorText, leaksIn, renderings, rowsOf, statusOf, texts } from '../support/sentinels.ts';
import { TestMeter } from '../support/testMeter.ts';
import { calls, KEYS, type Call } from './hostileCalls.ts';

const RUNS = 30;

afterEach(() => {
  jest.restoreAllMocks();
});

interface Subject extends HandledTelemetry {
  readonly database: TestDatabase;
  /** Its clock is days ahead, so that it sums up what was just written. */
  readonly later: Store;
  readonly queued: TelemetryEvent[];
  readonly told: TestMeter;
  /** What the bot's own functions answer of an error, one after the other. */
  answers: readonly unknown[];
}

/** @param leak what a queue that leaks makes of each event, past the door that checks it. */
async function start(database: TestDatabase, leak = (event: TelemetryEvent): TelemetryEvent => event): Promise<Subject> {
  const queued: TelemetryEvent[] = [];
  // oxlint-disable-next-line typescript/unbound-method -- called with the queue itself
  const { push } = EventQueue.prototype;
  jest.spyOn(EventQueue.prototype, 'push').mockImplementation(function (this: EventQueue, event) {
    const pushed = leak(event);
    queued.push(pushed);
    return push.call(this, pushed);
  });
  const bot: { answers: readonly unknown[] } = { answers: [] };
  let answered = 0;
  const answer = (): unknown => {
    const one = bot.answers[(answered += 1) % bot.answers.length];
    if (one instanceof Error) throw one;
    return one;
  };
  const told = new TestMeter();
  const options = {
    errorTypes: { race_full: true, race_over: answer },
    classifyError: answer,
    meter: told.meter
  } as TelemetryClientOptions;
  const started = await startTelemetry({ database, options });
  const later = await openTestStore(database, addDays(started.clock.day, 3));
  return Object.assign(bot, started, { later, queued, told });
}

/** What becomes of a call that anyone sees: its report, and its error unless that is the bot's own. */
async function outcomeOf(telemetry: ActiveTelemetry, [method, ...args]: Call): Promise<string> {
  try {
    const owner = (method in telemetry.runs ? telemetry.runs : telemetry) as unknown as Record<string, (...all: unknown[]) => unknown>;
    const outcome = await owner[method]?.(...args);
    return method === 'report' ? renderings(outcome as never) : '';
  } catch (error) {
    return method === 'track' ? '' : errorText(error);
  }
}

/** Everything that can be seen after these calls, in a database that holds nothing else. */
async function seenAfter({ telemetry, database, later, log, queued, told }: Subject, made: readonly Call[]): Promise<string> {
  await telemetry.purge({ all: true });
  log.length = 0;
  queued.length = 0;
  const outcomes: string[] = [];
  for (const one of made) outcomes.push(await outcomeOf(telemetry, one));
  for (const key of KEYS) telemetry.runs.end(key);
  await telemetry.flush();
  await later.rollUp();
  const shown = [renderings(await telemetry.report({ days: 1 })), statusOf(telemetry), await told.attributes()];
  return [...outcomes, ...log, JSON.stringify(queued), await rowsOf(database), await bytesOf(database), ...shown].join('\n');
}

/** That nothing hostile is seen, whatever is called and whatever the bot's own functions answer. */
function proof(subject: Subject): fc.IAsyncProperty<[Call[], unknown[]]> {
  return fc.asyncProperty(calls, fc.array(fc.oneof(fc.constant('race_full'), anything), { minLength: 1 }), async (made, answers) => {
    subject.answers = answers;
    expect(leaksIn(await seenAfter(subject, made))).toEqual([]);
  });
}

onBothDatabases((createDatabase) => {
  test('nothing hostile that is handed to any call is seen anywhere, and all of it is recorded under names of code', async () => {
    await using subject = await start(await createDatabase());
    await fc.assert(proof(subject), { numRuns: RUNS });
    const { counters } = subject.telemetry.status();
    expect(counters).toMatchObject({ refused: 0, dropped: 0 });
    expect(counters.written).toBeGreaterThan(RUNS);
    await subject.telemetry.close();
    expect(leaksIn(await bytesOf(subject.database))).toEqual([]);
  });

  // The database's own constraints refuse it in the other fields.
  test.each(['guildHash', 'provider', 'errorType', 'feature', 'eventName'] as const)(
    'the proof notices when a %s is let through as it came',
    async (field) => {
      await using subject = await start(await createDatabase(), (event) => ({ ...event, [field]: '812345678912345678' }));
      const { errorInstance } = await fc.check(proof(subject), { numRuns: RUNS, endOnFailure: true });
      expect(errorInstance).toMatchObject({ message: expect.stringContaining('812345678912345678') });
    }
  );

  test('the search finds what is planted in a table, and in the bytes of a file until it is purged', async () => {
    await using subject = await start(await createDatabase());
    const { telemetry, database } = subject;
    telemetry.track(ROLL, () => undefined);
    await telemetry.flush();
    await database.sql("update telemetry_events set provider = 'zqxj.example.org'");
    expect(leaksIn(await rowsOf(database))).not.toEqual([]);
    expect(leaksIn(renderings(await telemetry.report()))).not.toEqual([]);
    expect(leaksIn(await bytesOf(database)).length > 0).toBe(database.engine === 'SQLite');
    await telemetry.purge({ all: true });
    expect(leaksIn((await rowsOf(database)) + (await bytesOf(database)))).toEqual([]);
  });
});

test('the search finds what is planted in a line of the log, however an id is written', () => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(leaksIn(`Telemetry could not write ${text}`)).not.toEqual([]);
    })
  );
});
