import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { readReport } from '../../src/reports/readReport.ts';
import { atEnd } from '../support/cleanup.ts';
import { temporaryFolder } from '../support/folder.ts';
import { fillSqlite } from '../support/generate.ts';
import { collectGarbage, heapRiseDuring, interleaved, median, Samples, timed } from '../support/stats.ts';
import { open, TODAY } from '../support/stores.ts';
import { printTable } from '../support/table.ts';
import { checkReport } from './check.ts';
import { growthNote } from './growthNote.ts';
import { StatementClock } from './statementClock.ts';

/** BENCH_ROWS makes the largest smaller, for a quick trial. */
const LARGEST = Math.min(1_000_000, Number(process.env['BENCH_ROWS'] ?? 1_000_000));
const SIZES = [10_000, 100_000, 1_000_000].filter((size) => size < LARGEST).concat(LARGEST);
const REPEATS = 9;

interface Contestant {
  readonly name: string;
  readonly run: () => Promise<unknown>;
}

/** A report on the bot's own thread: how long it takes in all, and its longest statement. */
export async function sqliteReports(): Promise<void> {
  for (const size of SIZES) await reportsOf(size);
}

async function reportsOf(size: number): Promise<void> {
  const folder = await temporaryFolder();
  const store = await open({ dataDir: folder });
  const file = join(folder, 'telemetry.db');
  await fillSqlite(file, size);
  using summing = new StatementClock();
  const sumUpMs = await timed(() => store.rollUp());
  const [sumUpLongest, sumUpText] = [summing.longest, summing.longestText];
  const database = new DatabaseSync(file);
  atEnd(() => database.close());
  const query = async (statement: string): Promise<Record<string, unknown>[]> => database.prepare(statement).all();
  const count: Contestant = { name: 'count(*) of all rows', run: () => query('select count(*) from telemetry_events') };
  const month: Contestant = { name: 'report, 30 days, 2 of them open', run: () => readReport(store, TODAY, { days: 30 }) };
  const week: Contestant = { name: 'report, 7 days, 2 of them open', run: () => readReport(store, TODAY, { days: 7 }) };
  const contestants = [count, month, week];
  const times = new Samples<Contestant>();
  const longest = new Samples<Contestant>();
  let longestText = '';
  await interleaved(contestants, REPEATS + 1, async (one, repeat) => {
    collectGarbage();
    using clock = new StatementClock();
    const ms = await timed(one.run);
    if (repeat === 0) return;
    times.add(one, ms);
    longest.add(one, clock.longest);
    if (one === month) longestText = clock.longestText;
  });
  const worst = await checkReport(await readReport(store, TODAY, { days: 30 }), query);
  printTable(
    `A report on SQLite, ${size.toLocaleString('en-US')} events`,
    ['', '÷ count(*)', 'ms in all', 'longest statement, ms', 'longest of all repeats, ms'],
    contestants.map((one) => [one.name, times.ratio(one, count), times.median(one), median(longest.of(one)), Math.max(...longest.of(one))]),
    [
      `Medians of ${REPEATS} interleaved repeats. All counts equal those of the rows; percentiles within ${(worst * 100).toFixed(1)} %. ` +
        `Summing up the 28 closed days: ${Math.round(sumUpMs).toLocaleString('en-US')} ms, longest statement ${sumUpLongest.toFixed(1)} ms ` +
        `(\`${sumUpText.slice(0, 60)}…\`). The longest statement of a report: \`${longestText.slice(0, 60)}…\`.`,
      await growthNote(query, times.median(month), await heapRiseDuring(month.run))
    ]
  );
}
