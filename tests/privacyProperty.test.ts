import { afterEach, expect, jest, test } from '@jest/globals';
import * as fc from 'fast-check';
import { readSettings } from '../config/settings.ts';
import type { TelemetryClientOptions } from '../src/telemetry/clientOptions.ts';
import { createTelemetry } from '../src/telemetry/createTelemetry.ts';
import { addDays } from '../src/events/day.ts';
import { systemClock } from '../src/events/clock.ts';
import type { TelemetryEvent } from '../src/schema/eventFields.ts';
import type { RunDescription } from '../src/events/runDescription.ts';
import type { RunRecorder, TelemetryService } from '../src/telemetry/telemetryService.ts';
import { ThrottledLogger, type Logger } from '../src/logging/throttledLogger.ts';
import { EventQueue } from '../src/pipeline/eventQueue.ts';
import type { Store } from '../src/store/store.ts';
import { ActiveTelemetry } from '../src/telemetry/activeTelemetry.ts';
import type { EnabledSettings } from '../src/telemetry/activeTelemetry.ts';
import { ENABLED, SALT, until } from './support/bot.ts';
import { onBothDatabases, type TestDatabase } from './support/databases.ts';
import { atSuiteEnd } from './support/postgresSuite.ts';
import { openTestStore } from './support/seedEvents.ts';
import { anything, bytesOf, errors, errorText, leaksIn, renderings, rowsOf, snowflakes, statusOf, texts } from './support/sentinels.ts';

const RUNS = 60;
const today = systemClock().today();

afterEach(() => {
  jest.restoreAllMocks();
});

const names = fc.oneof(fc.constantFrom('seeds', 'roll', 'Daily Race', 'погода', 'sm.samus.link', '𠀀'.repeat(64)), anything);
const sources = fc.oneof(
  { weight: 1, arbitrary: anything },
  {
    weight: 9,
    arbitrary: fc.record(
      {
        surface: fc.oneof({ weight: 9, arbitrary: fc.constantFrom('discord', 'racetime', 'api') }, { weight: 1, arbitrary: anything }),
        feature: names,
        operation: names,
        provider: names,
        guildId: fc.oneof(snowflakes, anything)
      },
      { requiredKeys: ['surface', 'feature', 'operation'] }
    )
  }
) as fc.Arbitrary<RunDescription>;

/** Every door that code of the bot has, the listeners' included. */
type Method = keyof TelemetryService | keyof RunRecorder;
type Call = readonly [method: Method, ...args: unknown[]];

const KEYS = [{}, {}, {}, {}];
const keys = fc.oneof({ weight: 9, arbitrary: fc.constantFrom<unknown>(...KEYS) }, { weight: 1, arbitrary: anything });
const call = (method: Method, ...args: readonly fc.Arbitrary<unknown>[]): fc.Arbitrary<Call> =>
  fc.tuple(...args).map((values) => [method, ...values] as const);
const works = fc.oneof(
  fc.constant(() => 'a seed'),
  errors.map((error) => () => {
    throw error;
  }),
  errors.map((thrown) => async () => {
    throw thrown;
  })
);
const calls = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: call('begin', keys, sources) },
    { weight: 2, arbitrary: call('fail', keys, anything) },
    { weight: 2, arbitrary: call('failWith', keys, errors) },
    { weight: 2, arbitrary: call('deny', keys, errors) },
    { weight: 2, arbitrary: call('annotate', keys, fc.oneof(fc.record({ provider: names }), anything)) },
    { weight: 3, arbitrary: call('end', keys) },
    { weight: 3, arbitrary: call('track', sources, works, keys) },
    call('succeed', keys),
    call('has', keys),
    call('recordFailure', sources, errors),
    call('report', fc.record({ days: fc.oneof(fc.integer({ min: 1, max: 9 }), anything), surface: anything }, { requiredKeys: [] })),
    call('purge', fc.record({ dryRun: fc.oneof(fc.boolean(), anything) })),
    call('eraseGuild', anything),
    call('flush')
  ),
  { maxLength: 25 }
);

interface Subject {
  readonly telemetry: ActiveTelemetry;
  readonly database: TestDatabase;
  /** Its clock is days ahead, so that it sums up what was just written. */
  readonly later: Store;
  readonly log: string[];
  readonly queued: TelemetryEvent[];
  /** What `classifyError` answers, by and by. */
  answers: readonly unknown[];
}

function recordingLog(lines: string[]): ThrottledLogger {
  const write = (line: string): void => void lines.push(line);
  const logger: Logger = { info: write, warn: write, error: write };
  return new ThrottledLogger(() => logger);
}

/** @param leak what a queue that leaks makes of each event, past the door that checks it. */
async function start(database: TestDatabase, leak = (event: TelemetryEvent): TelemetryEvent => event): Promise<Subject> {
  const log: string[] = [];
  const queued: TelemetryEvent[] = [];
  // oxlint-disable-next-line typescript/unbound-method -- called with the queue itself
  const { push } = EventQueue.prototype;
  jest.spyOn(EventQueue.prototype, 'push').mockImplementation(function (this: EventQueue, event) {
    const pushed = leak(event);
    queued.push(pushed);
    return push.call(this, pushed);
  });
  const subject: { answers: readonly unknown[] } = { answers: [] };
  let answered = 0;
  const options = {
    errorTypes: { race_full: true },
    classifyError: () => {
      const answer = subject.answers[(answered += 1) % subject.answers.length];
      if (answer instanceof Error) throw answer;
      return answer;
    }
  } as TelemetryClientOptions;
  const later = await openTestStore(database, addDays(today, 3));
  const settings = readSettings({ ...ENABLED, ...database.env }) as EnabledSettings;
  const telemetry = new ActiveTelemetry({ settings, options, log: recordingLog(log) });
  atSuiteEnd(() => telemetry.close());
  telemetry.start();
  await until(() => telemetry.status().state === 'open');
  return Object.assign(subject, { telemetry, database, later, log, queued });
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
async function seenAfter(subject: Subject, made: readonly Call[]): Promise<string> {
  const { telemetry, database, later, log, queued } = subject;
  await telemetry.purge({ all: true });
  log.length = 0;
  queued.length = 0;
  const outcomes: string[] = [];
  for (const one of made) outcomes.push(await outcomeOf(telemetry, one));
  for (const key of KEYS) telemetry.runs.end(key);
  await telemetry.flush();
  await later.rollUp();
  const shown = [renderings(await telemetry.report({ days: 1 })), statusOf(telemetry)];
  return [...outcomes, ...log, JSON.stringify(queued), await rowsOf(database), await bytesOf(database), ...shown].join('\n');
}

function proof(subject: Subject): fc.IAsyncProperty<[Call[], unknown[]]> {
  return fc.asyncProperty(calls, fc.array(fc.oneof(fc.constant('race_full'), anything), { minLength: 1 }), async (made, answers) => {
    subject.answers = answers;
    expect(leaksIn(await seenAfter(subject, made))).toEqual([]);
  });
}

onBothDatabases((createDatabase) => {
  test('nothing hostile that is handed to any call is seen anywhere, and all of it is recorded under names of code', async () => {
    const subject = await start(await createDatabase());
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
      const subject = await start(await createDatabase(), (event) => ({ ...event, [field]: '812345678912345678' }));
      const run = fc.check(proof(subject), { numRuns: RUNS, endOnFailure: true });
      expect((await run).errorInstance).toMatchObject({ message: expect.stringContaining('812345678912345678') });
      await subject.telemetry.close();
    }
  );

  test('the search finds what is planted in a table, and in the bytes of a file until it is purged', async () => {
    const subject = await start(await createDatabase());
    const { telemetry, database } = subject;
    telemetry.track({ surface: 'discord', feature: 'seeds', operation: 'roll' }, () => undefined);
    await telemetry.flush();
    await database.sql("update telemetry_events set provider = 'zqxj.example.org'");
    expect(leaksIn(await rowsOf(database))).not.toEqual([]);
    expect(leaksIn(renderings(await telemetry.report()))).not.toEqual([]);
    expect(leaksIn(await bytesOf(database)).length > 0).toBe(database.engine === 'SQLite');
    await telemetry.purge({ all: true });
    expect(leaksIn((await rowsOf(database)) + (await bytesOf(database)))).toEqual([]);
    await telemetry.close();
  });
});

test('the search finds what is planted in a line of the log, however an id is written', () => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(leaksIn(`Telemetry could not write ${text}`)).not.toEqual([]);
    })
  );
});

const variable = (...right: readonly string[]): fc.Arbitrary<string> => fc.oneof(fc.constantFrom(...right), texts);
const environments = fc.record(
  {
    TELEMETRY_ENABLED: variable('true', 'false'),
    TELEMETRY_HASH_SALT: variable(SALT, `zqxj${SALT}`),
    TELEMETRY_SAMPLE_RATE: variable('1'),
    TELEMETRY_RETENTION_DAYS: variable('30'),
    TELEMETRY_QUEUE_SIZE: variable('1000'),
    TELEMETRY_DATABASE_URL: variable('postgresql://zqxj:zqxj@127.0.0.1:1/zqxj?schema=zqxj'),
    TELEMETRY_DATA_DIR: texts,
    TELEMETRY_FLUSH_INTERVAL_MS: variable('100'),
    TELEMETRY_PURGE_CRON: variable('0 2 * * *'),
    TELEMETRY_AUTO_MIGRATE: variable('true'),
    TELEMETRY_OWNER_IDS: fc.oneof(snowflakes, texts),
    TELEMETRY_COMMAND_GUILDS: fc.oneof(snowflakes, texts)
  },
  { requiredKeys: [] }
);
const clientOptions = fc.oneof(
  fc.constant(undefined),
  anything,
  fc.record(
    {
      commands: fc.oneof(
        fc.dictionary(texts, fc.oneof(fc.constant(false), fc.record({ feature: anything, provider: anything }))),
        anything
      ),
      excludeGuilds: fc.oneof(fc.array(fc.oneof(snowflakes, anything)), anything),
      errorTypes: fc.oneof(fc.dictionary(texts, anything), anything),
      classifyError: anything
    },
    { requiredKeys: [] }
  ),
  fc.dictionary(texts, anything)
) as fc.Arbitrary<TelemetryClientOptions | undefined>;

test('no setting and no client option, right or wrong, is repeated by what is said of them', () => {
  fc.assert(
    fc.property(environments, clientOptions, (env, options) => {
      const log: string[] = [];
      const { service: telemetry, announcement } = createTelemetry(env, options, recordingLog(log));
      telemetry.track({ surface: 'discord', feature: 'seeds', operation: 'roll' }, () => undefined);
      expect(leaksIn([announcement, ...log, statusOf(telemetry)].join('\n'))).toEqual([]);
    }),
    { numRuns: 500 }
  );
});

test('of the URL of a database that is away nothing is seen but the name of its host', async () => {
  const log: string[] = [];
  const env = { ...ENABLED, TELEMETRY_DATABASE_URL: 'postgresql://zqxj:zqxj%40@127.0.0.1:1/zqxj?schema=zqxj' };
  const { service: telemetry } = createTelemetry(env, undefined, recordingLog(log));
  telemetry.start();
  await until(() => telemetry.status().problem !== null);
  const refusals = await Promise.all([telemetry.report(), telemetry.purge(), telemetry.eraseGuild('1')].map((one) => one.catch(errorText)));
  await telemetry.close();
  expect(log.join('\n')).toContain('ECONNREFUSED');
  expect(leaksIn([...log, ...refusals.map(String), statusOf(telemetry)].join('\n'))).toEqual([]);
});
