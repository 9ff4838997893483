// For how long does a report hold the bot's thread on SQLite? Our reports beside count(*) of all rows, at up to 1 million events; milliseconds of
// the longest statement, and in all.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Store } from '../../src/store/store.ts';
import { atEnd } from '../support/cleanup.ts';
import { pair, printComparison } from '../support/comparison.ts';
import { fillSqlite } from '../support/fill.ts';
import { temporaryFolder } from '../support/folder.ts';
import type { BenchOptions } from '../support/options.ts';
import { loadPlugin, ours, type Plugin } from '../support/plugin.ts';
import { collectGarbage, heapRiseDuring, interleaved, Samples, timed } from '../support/stats.ts';
import { openStore, TODAY } from '../support/stores.ts';
import { printTable } from '../support/table.ts';
import { checkReport } from './report/checkReport.ts';
import { rollupNote } from './report/rollupNote.ts';
import { StatementClock } from './report/statementClock.ts';

const SIZES = [10_000, 100_000];
const LARGEST = 1_000_000;
const REPEATS = 9;

interface Contestant {
  readonly name: string;
  readonly run: () => Promise<unknown>;
}

interface FilledFile {
  readonly file: string;
  readonly store: Store;
  readonly rollUpNote: string;
}

export async function reportSqlite({ rows = LARGEST, against }: BenchOptions): Promise<void> {
  const largest = Math.min(rows, LARGEST);
  const other = against === undefined ? undefined : await loadPlugin(against);
  for (const size of [...SIZES.filter((one) => one < largest), largest]) await reportsOf(size, other);
}

async function reportsOf(size: number, other: Plugin | undefined): Promise<void> {
  const { file, store, rollUpNote } = await filledFile(size, ours);
  const [month, week] = reportsFrom(store, ours, 'report');
  const theirs = other === undefined ? [] : reportsFrom((await filledFile(size, other)).store, other, 'report of the other');
  const database = new DatabaseSync(file);
  atEnd(() => database.close());
  const query = async (statement: string): Promise<Record<string, unknown>[]> => database.prepare(statement).all();
  const count: Contestant = { name: 'count(*) of all rows', run: () => query('select count(*) from telemetry_events') };
  const contestants = [count, month, week, ...theirs];
  const [times, longest] = [new Samples<Contestant>(), new Samples<Contestant>()];
  let longestText = '';
  await interleaved(contestants, REPEATS + 1, async (one, repeat) => {
    collectGarbage();
    using clock = new StatementClock();
    const ms = await timed(one.run);
    // The first repeat only warms up.
    if (repeat === 0) return;
    times.add(one, ms);
    longest.add(one, clock.longest);
    if (one === month) longestText = clock.longestText;
  });
  const worst = await checkReport(await ours.readReport(store, TODAY, { days: 30 }), query);
  printTable(
    `A report on SQLite, ${size.toLocaleString('en-US')} events`,
    ['', '÷ count(*)', 'ms in all', 'longest statement, ms', 'longest of all repeats, ms'],
    contestants.map((one) => [one.name, times.ratio(one, count), times.median(one), longest.median(one), Math.max(...longest.of(one))]),
    [
      `Medians of ${REPEATS} interleaved repeats. All counts equal those of the rows; percentiles within ${(worst * 100).toFixed(1)} %. ${rollUpNote} ` +
        `The longest statement of a report: \`${longestText.slice(0, 60)}…\`.`,
      await rollupNote(query, times.median(month), await heapRiseDuring(month.run))
    ]
  );
  printComparison(pair([month, week], theirs), { 'ms of a report': times, 'longest statement': longest });
}

/** A file with `size` events of the last 30 days, those that are over rolled up. */
async function filledFile(size: number, plugin: Plugin): Promise<FilledFile> {
  const folder = await temporaryFolder();
  const store = await openStore({ dataDir: folder }, plugin);
  const file = join(folder, 'telemetry.db');
  await fillSqlite(store, file, size);
  using clock = new StatementClock();
  const ms = await timed(() => store.rollUp());
  const rollUpNote =
    `Rolling up the 28 closed days: ${Math.round(ms).toLocaleString('en-US')} ms, longest statement ${clock.longest.toFixed(1)} ms ` +
    `(\`${clock.longestText.slice(0, 60)}…\`).`;
  return { file, store, rollUpNote };
}

function reportsFrom(store: Store, { readReport }: Plugin, name: string): [month: Contestant, week: Contestant] {
  return [
    { name: `${name}, 30 days, 2 of them open`, run: () => readReport(store, TODAY, { days: 30 }) },
    { name: `${name}, 7 days, 2 of them open`, run: () => readReport(store, TODAY, { days: 7 }) }
  ];
}
