import { afterEach, expect, jest, test } from '@jest/globals';
import type { AlertNotice } from '../../src/alerts/alertNotice.ts';
import { addDays } from '../../src/events/day.ts';
import type { RunDescription } from '../../src/events/runDescription.ts';
import { onBothDatabases, sqliteDatabase, type TestDatabase } from '../support/databases.ts';
import { openTestStore } from '../support/seedEvents.ts';
import { fakeMinutes, ROLL, startTelemetry, type HandledTelemetry } from '../support/handClock.ts';
import { GUILD, OTHER_GUILD } from '../retention/twoGuilds.ts';
import { PROVIDER, seedBaseline } from './baselineDays.ts';

const TODAY = '2026-02-12';
const MINUTE_MS = 60_000;
const NOTIFY = { TELEMETRY_NOTIFY: 'owner' };
const AT_PROVIDER = { ...ROLL, provider: PROVIDER };
const PROVIDER_NAME = `provider.${PROVIDER}`;

afterEach(() => {
  jest.useRealTimers();
});

class Watched implements AsyncDisposable {
  /** What was told, as `alert provider.alttpr`. */
  readonly notices: AlertNotice[] = [];
  readonly made: HandledTelemetry;

  private constructor(made: HandledTelemetry) {
    this.made = made;
    made.telemetry.onAlert((notice) => void this.notices.push(notice));
  }

  /** Telemetry that has read the baseline of the database. */
  static async start(database: TestDatabase, env: Readonly<Record<string, string>> = NOTIFY): Promise<Watched> {
    fakeMinutes();
    const watched = new Watched(await startTelemetry({ database, env }));
    // One by one: each waits for the database, which is asked twice.
    for (let minute = 0; minute < 3; minute += 1) await watched.pass(1, () => undefined);
    return watched;
  }

  get told(): string[] {
    return this.notices.map(({ kind, name }) => `${kind} ${name}`);
  }

  /** Lets minutes pass, each after `work`. */
  async pass(minutes: number, work: (minute: number) => void): Promise<void> {
    const { telemetry, clock } = this.made;
    for (let minute = 0; minute < minutes; minute += 1) {
      work(minute);
      clock.ms += MINUTE_MS;
      await jest.advanceTimersByTimeAsync(MINUTE_MS);
      // Whatever was asked of the database is answered.
      if (minute === 0) await telemetry.report();
    }
  }

  /** So many runs, and as many that fail. */
  run(well: number, badly: number, description: RunDescription = AT_PROVIDER, errorType = 'provider_timeout'): void {
    const { telemetry } = this.made;
    for (let run = 0; run < well; run += 1) telemetry.track(description, () => undefined);
    for (let run = 0; run < badly; run += 1) telemetry.track(description, (one) => one.fail(errorType));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.made.telemetry.close();
  }
}

onBothDatabases((createDatabase) => {
  test('a provider that starts failing half its calls is told within ten minutes, once, and once more when it is well again', async () => {
    const database = await createDatabase();
    await seedBaseline(database, TODAY);
    await using watched = await Watched.start(database);
    await watched.pass(30, () => watched.run(20, 0));
    expect(watched.told).toEqual([]);
    await watched.pass(10, (minute) => watched.run(10, 10, AT_PROVIDER, minute % 4 === 0 ? 'provider_error' : 'provider_timeout'));
    expect(watched.told).toEqual([`alert ${PROVIDER_NAME}`]);
    const [{ runs, failures, before, errors, provider, operation }] = watched.notices as [AlertNotice];
    expect({ errors, provider, operation }).toEqual({
      errors: ['provider_timeout', 'provider_error'],
      provider: PROVIDER,
      operation: null
    });
    expect(failures / runs).toBeGreaterThan(0.1);
    expect(before).toBeCloseTo(0.02, 2);
    await watched.pass(60, () => watched.run(10, 10));
    expect(watched.told).toHaveLength(1);
    await watched.pass(7, () => watched.run(20, 0));
    expect(watched.told).toEqual([`alert ${PROVIDER_NAME}`, `recovery ${PROVIDER_NAME}`]);
    expect(watched.notices[1]).toMatchObject({ failures: 0, before });
    await watched.pass(400, () => watched.run(20, 0));
    expect(watched.told).toHaveLength(2);
  });
});

onBothDatabases((createDatabase) => {
  test('of an alert that an earlier process sent today or yesterday, the next one tells the recovery, once', async () => {
    const database = await createDatabase();
    await seedBaseline(database, TODAY);
    const store = await openTestStore(database, TODAY);
    const send = async (dayBucket: string, kind: 'alert' | 'recovery', name: string): Promise<void> => {
      await store.claimNotice({ dayBucket, kind, name });
      await store.settleNotice({ dayBucket, kind, name });
    };
    await send(addDays(TODAY, -1), 'alert', PROVIDER_NAME);
    await send(TODAY, 'alert', 'discord.seeds.unused');
    await using watched = await Watched.start(database);
    for (let minute = 0; minute < 60; minute += 1) await watched.pass(1, () => watched.run(20, 0));
    expect(watched.told).toEqual([`recovery ${PROVIDER_NAME}`]);
    expect(watched.notices[0]).toMatchObject({ failures: 0, before: expect.closeTo(0.02), provider: PROVIDER });

    // Who is told that it fails on is who claims the alert of the day.
    await using failing = await Watched.start(database);
    await failing.pass(30, () => failing.run(10, 10));
    await failing.pass(10, () => failing.run(20, 0));
    expect(failing.told).toEqual([`alert ${PROVIDER_NAME}`, `recovery ${PROVIDER_NAME}`]);

    await send(TODAY, 'recovery', PROVIDER_NAME);
    await using well = await Watched.start(database);
    await well.pass(30, () => well.run(20, 0));
    expect(well.told).toEqual([]);
  });
});

test('an alert of a provider stands for its operations, also when it is well again, and not for what fails elsewhere', async () => {
  const database = await sqliteDatabase();
  const [alone, slow] = [
    { surface: 'discord', feature: 'seeds', operation: 'list' },
    { ...AT_PROVIDER, operation: 'slow' }
  ] as const;
  await seedBaseline(database, TODAY);
  await seedBaseline(database, TODAY, { operation: 'discord.seeds.list', provider: null });
  await seedBaseline(database, TODAY, { operation: 'discord.seeds.slow' });
  await using watched = await Watched.start(database);
  await watched.pass(60, (minute) => {
    watched.run(0, 20);
    if (minute % 2 === 0) watched.run(0, 1, slow);
  });
  expect(watched.told).toEqual([`alert ${PROVIDER_NAME}`]);
  await watched.pass(10, () => watched.run(0, 4, alone));
  expect(watched.told).toEqual([`alert ${PROVIDER_NAME}`, 'alert discord.seeds.list']);
  expect(watched.notices[1]).toMatchObject({ provider: null, operation: { feature: 'seeds', name: 'list' }, errors: ['provider_timeout'] });
  await watched.pass(60, (minute) => {
    watched.run(20, 0);
    if (minute % 2 === 0) watched.run(1, 0, slow);
  });
  expect(watched.told.slice(2)).toEqual([`recovery ${PROVIDER_NAME}`]);
});

test('what fails and is then not used any more is told all the same, and a new name that fails is not', async () => {
  const database = await sqliteDatabase();
  await seedBaseline(database, TODAY);
  await using watched = await Watched.start(database);
  await watched.pass(5, (minute) => {
    if (minute === 0) watched.run(0, 30);
    watched.run(0, 30, { ...ROLL, operation: 'new' });
  });
  expect(watched.told).toEqual([`alert ${PROVIDER_NAME}`]);
});

test('runs are counted whatever the sampling, and those of servers that opted out, denials and errors of listeners are not', async () => {
  const database = await sqliteDatabase();
  await seedBaseline(database, TODAY);
  await using watched = await Watched.start(database, { ...NOTIFY, TELEMETRY_SAMPLE_RATE: '0.001' });
  const { telemetry } = watched.made;
  await telemetry.optOut(GUILD);
  await watched.pass(10, () => {
    watched.run(20, 0, { ...AT_PROVIDER, guildId: OTHER_GUILD });
    watched.run(0, 20, { ...AT_PROVIDER, guildId: GUILD });
    watched.run(0, 20, AT_PROVIDER, 'permission_denied');
    telemetry.runs.recordFailure({ ...AT_PROVIDER, feature: 'listener_error' }, new Error('broken'));
  });
  expect(watched.told).toEqual([]);
  await watched.pass(10, () => watched.run(0, 20, { ...AT_PROVIDER, guildId: OTHER_GUILD }));
  expect(watched.told).toEqual([`alert ${PROVIDER_NAME}`]);
});

test('a window goes over midnight and over a clock that is set, and what goes on failing is told once a day', async () => {
  const database = await sqliteDatabase();
  await seedBaseline(database, TODAY);
  await using watched = await Watched.start(database);
  const { clock } = watched.made;
  const days = [TODAY, addDays(TODAY, 1), '2031-01-01', '1999-01-01', TODAY, addDays(TODAY, 1)];
  for (const day of days) {
    await watched.pass(1, () => {
      clock.day = day;
      watched.run(2, 4);
    });
  }
  // The baseline of the day is read by then.
  await watched.pass(1, () => watched.run(2, 4));
  expect(watched.told).toEqual([`alert ${PROVIDER_NAME}`]);
  await watched.pass(24 * 60 - 2, () => watched.run(2, 4));
  expect(watched.told).toHaveLength(1);
  await watched.pass(3, () => watched.run(2, 4));
  expect(watched.told).toEqual([`alert ${PROVIDER_NAME}`, `alert ${PROVIDER_NAME}`]);
});

test('without TELEMETRY_NOTIFY nothing is told', async () => {
  const database = await sqliteDatabase();
  await seedBaseline(database, TODAY);
  await using watched = await Watched.start(database, {});
  await watched.pass(10, () => watched.run(0, 20));
  expect(watched.told).toEqual([]);
});
