// How long does a report take on SQLite, and for how long is the bot's thread held, while 1,000 events a second are written? Our reports beside
// count(*) of all rows on this thread, at up to 1 million events; milliseconds.
import { setTimeout as wait } from 'node:timers/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { renderMessage } from '../../src/render/message/message.ts';
import type { UsageReport } from '../../src/reports/usageReport.ts';
import { openBotStore } from '../../src/storage/openBotStore.ts';
import type { Store } from '../../src/store/store.ts';
import { atEnd } from '../support/cleanup.ts';
import { pair, printComparison } from '../support/comparison.ts';
import { makeEvents } from '../support/events.ts';
import { filledFile } from '../support/filledFile.ts';
import type { BenchOptions } from '../support/options.ts';
import { loadPlugin, ours, type Plugin } from '../support/plugin.ts';
import { collectGarbage, heapRiseDuring, interleaved, Samples, timed } from '../support/stats.ts';
import { ALL_DAYS, lateToday, TODAY } from '../support/stores.ts';
import { printTable } from '../support/table.ts';
import { checkReport } from './report/checkReport.ts';
import { rollupNote } from './report/rollupNote.ts';

const SIZES = [10_000, 100_000];
const LARGEST = 1_000_000;
const REPEATS = 9;

interface Contestant {
  readonly name: string;
  readonly run: () => Promise<unknown>;
}

/** The bot's traffic while reports are read. */
const BATCH = 100;
const PAUSE_MS = 100;

export async function reportSqlite({ rows = LARGEST, against }: BenchOptions): Promise<void> {
  const largest = Math.min(rows, LARGEST);
  const other = against === undefined ? undefined : await loadPlugin(against);
  for (const size of [...SIZES.filter((one) => one < largest), largest]) await reportsOf(size, other);
}

async function reportsOf(size: number, other: Plugin | undefined): Promise<void> {
  const { file, store: filled, rollUpNote } = await filledFile(size, ours);
  await filled.close();
  const store = await openThreadedStore(file);
  const [month, week] = reportsFrom(store, ours, 'report');
  const theirs = other === undefined ? [] : reportsFrom((await filledFile(size, other)).store, other, 'report of the other');
  const database = new DatabaseSync(file);
  atEnd(() => database.close());
  const query = async (statement: string): Promise<Record<string, unknown>[]> => database.prepare(statement).all();
  const count: Contestant = { name: 'count(*) of all rows', run: () => query('select count(*) from telemetry_events') };
  const contestants = [count, month, week, withMessage(month), ...theirs];
  const [times, longest] = [new Samples<Contestant>(), new Samples<Contestant>()];
  const idle: Contestant = { name: 'nothing, for 300 ms', run: () => wait(300) };
  contestants.unshift(idle);
  using traffic = new Traffic(store);
  await interleaved(contestants, REPEATS + 1, async (one, repeat) => {
    collectGarbage();
    const [ms, heldMs] = await heldWhile(() => timed(one.run));
    // The first repeat only warms up.
    if (repeat === 0) return;
    times.add(one, ms);
    longest.add(one, heldMs);
  });
  await traffic.stop();
  const worst = await checkReport(await ours.readReport(store, TODAY, { days: 14 }), query);
  printTable(
    `A report on SQLite, ${size.toLocaleString('en-US')} events`,
    ['', '÷ count(*)', 'ms in all', 'this thread held at most, ms', 'of all repeats, ms'],
    contestants.map((one) => [one.name, times.ratio(one, count), times.median(one), longest.median(one), Math.max(...longest.of(one))]),
    [
      `Medians of ${REPEATS} interleaved repeats. All counts equal those of the rows; percentiles within ${(worst * 100).toFixed(1)} %. ${rollUpNote}`,
      await rollupNote(query, times.median(month), await heapRiseDuring(month.run))
    ]
  );
  printComparison(pair([month, week], theirs), { 'ms of a report': times, 'longest hold': longest });
}

function reportsFrom(store: Store, { readReport }: Plugin, name: string): [month: Contestant, week: Contestant] {
  return [
    { name: `${name}, today, 14 days and the 14 before, today open`, run: () => readReport(store, TODAY, { days: 14 }) },
    { name: `${name}, today, 7 days and the 7 before, today open`, run: () => readReport(store, TODAY, { days: 7 }) }
  ];
}

/** And what `/telemetry report` makes of it, but for the picture: see `picture`. */
function withMessage({ name, run }: Contestant): Contestant {
  const view = { page: 'overview', days: 14, surface: undefined, operation: undefined } as const;
  return {
    name: `${name}, and its message`,
    run: async () => renderMessage((await run()) as UsageReport, view, { retentionDays: ALL_DAYS.length, picture: undefined })
  };
}

/** As a running bot has it: in a thread of its own. */
async function openThreadedStore(file: string): Promise<Store> {
  const settings = ours.readSettings({ TELEMETRY_DATA_DIR: dirname(file) });
  const store = await openBotStore({ settings, clock: lateToday, saltFingerprint: undefined, onThreadLost: () => undefined });
  atEnd(() => store.close());
  return store;
}

/** Writes a small batch now and then, as the flusher of a busy bot does. */
class Traffic implements Disposable {
  #isOver = false;
  readonly #done: Promise<void>;

  constructor(store: Store) {
    this.#done = this.#write(store);
  }

  async #write(store: Store): Promise<void> {
    while (!this.#isOver) {
      await store.write(makeEvents(TODAY, BATCH / 2));
      await wait(PAUSE_MS);
    }
  }

  stop(): Promise<void> {
    this.#isOver = true;
    return this.#done;
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
  }
}

/** The result of `work`, and for how many milliseconds it held this thread at most. */
async function heldWhile<T>(work: () => Promise<T>): Promise<[result: T, heldMs: number]> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const result = await work();
  delay.disable();
  // It counts the millisecond that it waits for.
  return [result, Math.max(delay.max / 1e6 - 1, 0)];
}
