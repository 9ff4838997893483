import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { container } from '@sapphire/framework';
import { renderStatus } from '../../src/commands/statusText.ts';
import { systemClock } from '../../src/events/clock.ts';
import { addDays, DAY_MS } from '../../src/events/day.ts';
import { TelemetryUnavailableError } from '../../src/telemetry/telemetry.ts';
import { startBot, until } from '../support/bot.ts';
import { onBothDatabases, sqliteDatabase, type TestDatabase } from '../support/databases.ts';
import { fakeMinutes, makeTelemetry, ROLL, type HandledTelemetry } from '../support/handClock.ts';
import { seededRandom } from '../support/randomEvents.ts';
import { anEvent, openTestStore, writeEvents } from '../support/seedEvents.ts';

const MINUTE_MS = 60_000;
const TODAY = systemClock().today();
const ago = (days: number): string => addDays(TODAY, -days);
/** By a retention of 30 days the first two are too old, and the last is dated too far ahead. */
const FILLED = [ago(60), ago(35), ago(20), TODAY, ago(-400)];
const KEPT = [ago(20), TODAY];

async function fill(database: TestDatabase, days: readonly string[] = FILLED): Promise<TestDatabase> {
  const store = await openTestStore(database);
  const random = seededRandom(days.length);
  await writeEvents(
    store,
    days.map((dayBucket) => anEvent(random, { dayBucket }))
  );
  return database;
}

async function daysIn(database: TestDatabase): Promise<string[]> {
  const rows = await database.sql('select distinct cast(day_bucket as text) as day from telemetry_events order by 1');
  return rows.map(({ day }) => String(day));
}

/** Telemetry that starts when its clock says `day`, and is told Discord's time unless `hears` is false. */
async function startOn(day: string, database: TestDatabase, hears = true): Promise<HandledTelemetry> {
  const made = await makeTelemetry({ database });
  made.clock.day = day;
  made.telemetry.start();
  if (hears) made.telemetry.hear(new Date().toUTCString());
  await until(() => made.telemetry.status().lastPurge !== null || made.telemetry.status().purgeWaits !== null);
  return made;
}

afterEach(() => {
  jest.useRealTimers();
});

onBothDatabases((createDatabase) => {
  test.each([
    ['ahead', 40],
    ['behind', -40]
  ])('a clock that is 40 days %s deletes nothing and says why; once it is right, what is too old goes by itself', async (_, days) => {
    const database = await fill(await createDatabase());
    fakeMinutes();
    await using started = await startOn(addDays(TODAY, days), database);
    const { telemetry, clock, log } = started;
    const other = database.engine === 'SQLite' ? 'Discord' : 'the database';
    const reason = `the clock of this machine says ${addDays(TODAY, days)}, and that of ${other} ${TODAY}`;
    expect(telemetry.status()).toMatchObject({ purgeWaits: reason, lastPurge: null });
    expect(log).toContainEqual(expect.stringContaining(`Telemetry does not purge: ${reason}.`));
    expect(renderStatus(telemetry.status())).toContain(`The purge waits: ${reason}. Once the clock is right`);
    const refusal = await telemetry.purge().catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(TelemetryUnavailableError);
    expect(String(refusal)).toContain(reason);
    expect(await daysIn(database)).toEqual(FILLED);

    clock.day = TODAY;
    jest.advanceTimersByTime(MINUTE_MS);
    await until(() => telemetry.status().lastPurge !== null);
    expect(telemetry.status()).toMatchObject({ purgeWaits: null, lastPurge: { deleted: 3 } });
    expect(await daysIn(database)).toEqual(KEPT);
  });

  test('a clock that jumps while the bot runs makes the next purge wait, and a forced one goes by it', async () => {
    const database = await fill(await createDatabase());
    await using started = await startOn(TODAY, database);
    const { telemetry, clock } = started;
    await until(() => telemetry.status().lastPurge !== null);
    clock.day = addDays(TODAY, 25);
    await telemetry.close();
    telemetry.start();
    await until(() => telemetry.status().purgeWaits !== null);
    expect(await daysIn(database)).toEqual(KEPT);
    expect(await telemetry.purge({ force: true })).toMatchObject({ deleted: 1 });
    expect(await daysIn(database)).toEqual([TODAY]);
  });

  test('a bot compares its clock with the answers of Discord that it gets anyway', async () => {
    const database = await fill(await createDatabase());
    await using bot = await startBot({ database, discord: { clockOffsetMs: -40 * DAY_MS } });
    await until(() => container.telemetry.status().purgeWaits?.includes(`that of Discord ${ago(40)}`) === true);
    const status = await bot.discord.slash({ command: 'telemetry', subcommand: 'status', user: bot.discord.owner });
    expect(status?.content).toContain(`The purge waits: the clock of this machine says ${TODAY}`);
    expect(await daysIn(database)).toEqual(FILLED);
  });

  test('a purge takes what is dated more than two days ahead, of every table', async () => {
    const database = await fill(await createDatabase(), [TODAY, ago(-1), ago(-2), ago(-3), ago(-400)]);
    await database.sql(`insert into telemetry_salts (day_bucket, fingerprint) values ('${ago(-400)}', '${'a'.repeat(64)}')`);
    await using started = await startOn(TODAY, database);
    expect(started.telemetry.status()).toMatchObject({ lastPurge: { deleted: 2 } });
    expect(await daysIn(database)).toEqual([TODAY, ago(-1), ago(-2)]);
    const salts = await database.sql(`select fingerprint from telemetry_salts where day_bucket > '${TODAY}'`);
    expect(salts).toEqual([]);
    expect((await started.telemetry.report()).quality.future).toBe(2);
  });
});

describe('on SQLite, where Discord told no time,', () => {
  test.each<[string, number, readonly string[]]>([
    ['deletes nothing when the newest event is older than the retention', 40, FILLED.slice(0, 4)],
    ['deletes nothing when the newest event has not come yet', -5, FILLED.slice(0, 4)],
    ['purges when the newest event is of a day within the retention', 1, [ago(20), TODAY]]
  ])('a start %s', async (_, days, left) => {
    const database = await fill(await sqliteDatabase(), FILLED.slice(0, 4));
    await using started = await startOn(addDays(TODAY, days), database, false);
    expect(started.telemetry.status().purgeWaits === null).toBe(left.length === 2);
    expect(await daysIn(database)).toEqual(left);
  });

  test('what the process itself writes by a wrong clock proves nothing of that clock', async () => {
    const database = await fill(await sqliteDatabase(), KEPT);
    await using started = await startOn(addDays(TODAY, 40), database, false);
    const { telemetry } = started;
    telemetry.track(ROLL, () => undefined);
    expect(await telemetry.flush()).toBe(true);
    await expect(telemetry.purge()).rejects.toThrow(/by its last runs it should be about/);
    expect(await daysIn(database)).toEqual([...KEPT, addDays(TODAY, 40)]);
  });

  test('a bot waits a minute for it before it does without', async () => {
    const database = await fill(await sqliteDatabase(), FILLED.slice(0, 4));
    fakeMinutes();
    await using made = await makeTelemetry({ database });
    const { telemetry, clock, log } = made;
    clock.day = TODAY;
    telemetry.start(true);
    await until(() => telemetry.status().purgeWaits !== null);
    expect(await daysIn(database)).toEqual(FILLED.slice(0, 4));
    clock.ms += MINUTE_MS;
    jest.advanceTimersByTime(MINUTE_MS);
    await until(() => telemetry.status().lastPurge !== null);
    expect(await daysIn(database)).toEqual(KEPT);
    expect(log.join('\n')).not.toContain('does not purge');
  });
});
