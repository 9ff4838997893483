import { expect, test } from '@jest/globals';
import { addDays } from '../../src/events/day.ts';
import { readReport } from '../../src/reports/readReport.ts';
import { onBothDatabases } from '../support/databases.ts';
import { TODAY } from '../support/madeReports.ts';
import { openTestStore, seedEvents, writeEvents } from '../support/seedEvents.ts';
import { nameOf } from './addedUp.ts';

const DAYS = 28;
const OPERATION = 'substr(event_name, 1, length(event_name) - length(action) - 1)';
/** Rounded in JavaScript: PostgreSQL rounds halves to even. */
const sumWhere = (condition: string): string => `sum(case when ${condition} then 1 / sample_rate else 0 end)`;
const ENDS = `${sumWhere("action = 'success'")} as successes, ${sumWhere("action = 'failure'")} as failures`;

const texts = (rows: readonly (readonly unknown[])[]): string[] => rows.map((row) => row.join(' ')).toSorted();
const guilds = (value: unknown): number => (typeof value === 'number' ? value : 0);

onBothDatabases((createDatabase) => {
  test('60 days of events give the figures that plain SQL counts, now and before, of which half were summed up and taken away', async () => {
    const database = await createDatabase();
    const store = await openTestStore(database, TODAY);
    const { events } = seedEvents({ seed: 60, today: TODAY, days: 60, runsPerDay: 25 });
    await writeEvents(store, events);
    const from = addDays(TODAY, -DAYS);
    const before = `day_bucket between '${addDays(from, -DAYS)}' and '${addDays(from, -1)}'`;
    const now = `day_bucket between '${from}' and '${addDays(TODAY, -1)}'`;
    /** Rows as texts, in their order; numbers as a report rounds them. */
    const count = async (columns: string, where: string, groups: number, more = 'true'): Promise<string[]> => {
      const by = Array.from({ length: groups }, (_, index) => index + 1).join(', ');
      const rows = await database.sql(`select ${columns} from telemetry_events where ${where} and ${more} group by ${by}`);
      return rows
        .map((row) => Object.values(row).map((value, index) => (index < groups ? value : Math.round(Number(value)))))
        .map((row) => row.join(' '))
        .toSorted();
    };
    const invokes = sumWhere("action = 'invoke'");
    const operations = (where: string): Promise<string[]> => count(`${OPERATION} as name, ${invokes} as invokes, ${ENDS}`, where, 1);
    const reach = (where: string): Promise<string[]> =>
      count('surface, feature, count(distinct guild_hash) / 5 * 5 as guilds', where, 2, 'guild_hash is not null');
    const day = 'cast(day_bucket as text)';
    const expected = {
      operations: await operations(now),
      before: await operations(before),
      slow: await count(
        `${OPERATION} as name, 1e6 * ${sumWhere('duration_ms > 3000')} / sum(1 / sample_rate) as slow`,
        now,
        1,
        'duration_ms is not null'
      ),
      failures: await count(
        `${OPERATION} as name, error_type, status, provider, sum(1 / sample_rate) as count`,
        now,
        4,
        'error_type is not null'
      ),
      operationDays: await count(`${OPERATION} as name, ${day} as day, ${invokes} as invokes, ${ENDS}`, now, 2),
      reach: await reach(now),
      reachBefore: await reach(before),
      providerDays: await count(`${day} as day, provider, ${ENDS}`, now, 2, `provider is not null and action <> 'invoke'`),
      errorDays: await count(`${day} as day, error_type, status, sum(1 / sample_rate) as count`, now, 3, 'error_type is not null')
    };
    expect(await store.rollUp()).toBeGreaterThan(50);
    // What was summed up is not read again.
    await database.sql(`delete from telemetry_events where day_bucket < '${addDays(TODAY, -20)}'`);
    const { features, reach: told, providerDays, errorDays } = await readReport(store, TODAY, { days: DAYS, retentionDays: 60 });
    expect({
      operations: texts(features.map((one) => [nameOf(one), one.invokes, one.successes, one.failures])),
      before: texts(features.map((one) => [nameOf(one), one.previous?.invokes, one.previous?.successes, one.previous?.failures])),
      slow: texts(features.map((one) => [nameOf(one), Math.round(1e6 * Number(one.slowShare))])),
      failures: texts(
        features.flatMap((one) => one.errors.map((error) => [nameOf(one), error.errorType, error.status, error.provider, error.count]))
      ),
      operationDays: texts(
        features.flatMap((one) =>
          one.daily.filter((each) => each.invokes > 0).map((each) => [nameOf(one), each.day, each.invokes, each.successes, each.failures])
        )
      ),
      reach: texts(told.map((one) => [one.surface, one.feature, guilds(one.guilds)])),
      reachBefore: texts(told.map((one) => [one.surface, one.feature, guilds(one.previousGuilds)])),
      providerDays: texts(providerDays.map((one) => [one.day, one.provider, one.successes, one.failures])),
      errorDays: texts(errorDays.map((one) => [one.day, one.errorType, one.status, one.count]))
    }).toEqual(expected);
  });
});
