import { addDays } from '../../src/events/day.ts';
import { readReport } from '../../src/reports/readReport.ts';
import { filledDatabase } from '../support/bigDatabase.ts';
import { serverSettings } from '../support/postgres.ts';
import { collectGarbage, heapRiseDuring, interleaved, Samples, timed } from '../support/stats.ts';
import { ALL_DAYS, NEWEST_CLOSED_DAY, TODAY } from '../support/stores.ts';
import { printTable } from '../support/table.ts';
import { checkReport } from './check.ts';
import { growthNote } from './growthNote.ts';
import { plainGroupBys } from './plainQueries.ts';

/** BENCH_ROWS makes the largest smaller, for a quick trial. */
const LARGEST = Number(process.env['BENCH_ROWS'] ?? 10_000_000);
const SIZES = [10_000, 1_000_000, 10_000_000].filter((size) => size < LARGEST).concat(LARGEST);
const REPEATS = 5;

interface Contestant {
  readonly name: string;
  readonly run: () => Promise<unknown>;
}

/** A report from totals and open days, against counting the rows and against asking the rows themselves. */
export async function postgresqlReports(): Promise<void> {
  for (const size of SIZES) await reportsOf(size);
}

async function reportsOf(size: number): Promise<void> {
  const { client, store, sumUpMs } = await filledDatabase(size);
  const plain = (days: number): Contestant => ({
    name: `six plain GROUP BYs, ${days} days`,
    run: async () => {
      for (const statement of plainGroupBys(addDays(TODAY, 1 - days))) await client.query(statement);
    }
  });
  const report = (days: number): Contestant => ({
    name: `report, ${days} days, 2 of them open`,
    run: () => readReport(store, TODAY, { days })
  });
  const closed: Contestant = {
    name: 'report, 28 days, all closed',
    run: () => readReport(store, NEWEST_CLOSED_DAY, { days: ALL_DAYS.length - 2 })
  };
  const count: Contestant = { name: 'count(*) of all rows', run: () => client.query('select count(*) from telemetry_events') };
  const [month, plainMonth] = [report(30), plain(30)];
  const contestants = [count, closed, month, report(7), plainMonth, plain(7)];
  const times = new Samples<Contestant>();
  // The first repeat only warms up.
  await interleaved(contestants, REPEATS + 1, async (one, repeat) => {
    collectGarbage();
    const ms = await timed(one.run);
    if (repeat > 0) times.add(one, ms);
  });
  const query = async (statement: string): Promise<Record<string, unknown>[]> =>
    (await client.query<Record<string, unknown>>(statement)).rows;
  const worst = await checkReport(await readReport(store, TODAY, { days: 30 }), query);
  printTable(
    `A report on PostgreSQL, ${size.toLocaleString('en-US')} events`,
    ['', '÷ count(*)', '÷ six GROUP BYs, 30 days', 'ms'],
    contestants.map((one) => [one.name, times.ratio(one, count), times.ratio(one, plainMonth), times.median(one)]),
    [
      `Medians of ${REPEATS} interleaved repeats; ratios of the same repeat. All counts equal those of the rows; percentiles within ${(worst * 100).toFixed(1)} %. ` +
        `Totals made in ${Math.round(sumUpMs).toLocaleString('en-US')} ms.`,
      await growthNote(query, times.median(month), await heapRiseDuring(month.run)),
      await serverSettings(client)
    ]
  );
}
