// How long does a report take on PostgreSQL? Our reports beside count(*) of all rows and six GROUP BYs over them, at up to 10 million events;
// milliseconds, as a multiple of either.
import { addDays } from '../../src/events/day.ts';
import { pair, printComparison } from '../support/comparison.ts';
import { filledDatabase, makeFilledDatabase, type FilledDatabase } from '../support/filledDatabase.ts';
import type { BenchOptions } from '../support/options.ts';
import { loadPlugin, ours, type Plugin } from '../support/plugin.ts';
import { serverSettings } from '../support/postgres.ts';
import { collectGarbage, heapRiseDuring, interleaved, Samples, timed } from '../support/stats.ts';
import { ALL_DAYS, NEWEST_CLOSED_DAY, TODAY } from '../support/stores.ts';
import { printTable } from '../support/table.ts';
import { checkReport } from './report/checkReport.ts';
import { plainGroupBys } from './report/plainQueries.ts';
import { rollupNote } from './report/rollupNote.ts';

const SIZES = [10_000, 1_000_000];
const LARGEST = 10_000_000;
const REPEATS = 9;

interface Contestant {
  readonly name: string;
  readonly run: () => Promise<unknown>;
}

export async function reportPostgresql({ rows: largest = LARGEST, against }: BenchOptions): Promise<void> {
  const other = against === undefined ? undefined : await loadPlugin(against);
  for (const size of [...SIZES.filter((one) => one < largest), largest]) await reportsOf(size, other);
}

async function reportsOf(size: number, other: Plugin | undefined): Promise<void> {
  const database = await filledDatabase(size);
  const { client, store, rollUpMs } = database;
  const [month, closed, week] = reportsFrom(database, ours, 'report');
  // In a database of its own: its tables may be others.
  const theirs = other === undefined ? [] : reportsFrom(await makeFilledDatabase(size, other), other, 'report of the other');
  const plain = (days: number): Contestant => ({
    name: `six plain GROUP BYs, ${days} days`,
    run: async () => {
      for (const statement of plainGroupBys(addDays(TODAY, 1 - days))) await client.query(statement);
    }
  });
  const count: Contestant = { name: 'count(*) of all rows', run: () => client.query('select count(*) from telemetry_events') };
  const plainMonth = plain(30);
  const contestants = [count, closed, month, week, ...theirs, plainMonth, plain(7)];
  const times = new Samples<Contestant>();
  await interleaved(contestants, REPEATS + 1, async (one, repeat) => {
    collectGarbage();
    const ms = await timed(one.run);
    // The first repeat only warms up.
    if (repeat > 0) times.add(one, ms);
  });
  const query = async (statement: string): Promise<Record<string, unknown>[]> =>
    (await client.query<Record<string, unknown>>(statement)).rows;
  const worst = await checkReport(await ours.readReport(store, TODAY, { days: 14 }), query);
  printTable(
    `A report on PostgreSQL, ${size.toLocaleString('en-US')} events`,
    ['', '÷ count(*)', '÷ six GROUP BYs, 30 days', 'ms'],
    contestants.map((one) => [one.name, times.ratio(one, count), times.ratio(one, plainMonth), times.median(one)]),
    [
      `Medians of ${REPEATS} interleaved repeats; ratios of the same repeat. All counts equal those of the rows; percentiles within ${(worst * 100).toFixed(1)} %. ` +
        `Closed days rolled up in ${Math.round(rollUpMs).toLocaleString('en-US')} ms.`,
      await rollupNote(query, times.median(month), await heapRiseDuring(month.run)),
      await serverSettings(client)
    ]
  );
  printComparison(pair([month, closed, week], theirs), { 'ms of a report': times });
}

function reportsFrom(
  { store }: FilledDatabase,
  { readReport }: Plugin,
  name: string
): [month: Contestant, closed: Contestant, week: Contestant] {
  return [
    { name: `${name}, today, 14 days and the 14 before, 2 of them open`, run: () => readReport(store, TODAY, { days: 14 }) },
    {
      name: `${name}, 13 days and the 13 before, all closed`,
      run: () => readReport(store, NEWEST_CLOSED_DAY, { days: (ALL_DAYS.length - 4) / 2 })
    },
    { name: `${name}, today, 7 days and the 7 before, 2 of them open`, run: () => readReport(store, TODAY, { days: 7 }) }
  ];
}
