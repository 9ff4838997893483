import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { makeBatches } from '../support/events.ts';
import { temporaryFolder } from '../support/folder.ts';
import { fillSqlite } from '../support/generate.ts';
import { collectGarbage, quantile, timed } from '../support/stats.ts';
import { open, TODAY } from '../support/stores.ts';
import { printTable } from '../support/table.ts';

const BATCHES = 500;
/** BENCH_ROWS makes the largest smaller, for a quick trial. */
const LARGEST = Number(process.env['BENCH_ROWS'] ?? 5_000_000);
const SIZES = [0, LARGEST / 5, LARGEST / 2, LARGEST];

/** How long a batch holds the thread, as the table grows. */
export async function sqliteWrites(): Promise<void> {
  const folder = await temporaryFolder();
  const store = await open({ dataDir: folder });
  const rows: (string | number)[][] = [];
  let filled = 0;
  let first = Number.NaN;
  for (const size of SIZES) {
    if (size > filled) await fillSqlite(join(folder, 'telemetry.db'), size - filled);
    filled = size;
    const times: number[] = [];
    // The first batch finds the pages that the filling left out of memory.
    await store.write(makeBatches(TODAY, 1, store.batchSize)[0] ?? []);
    const batches = makeBatches(TODAY, BATCHES, store.batchSize);
    collectGarbage();
    for (const batch of batches) {
      times.push(await timed(() => store.write(batch)));
      await setImmediate();
    }
    if (Number.isNaN(first)) first = quantile(times, 0.5);
    const [middle, rare, longest] = [0.5, 0.99, 1].map((share) => quantile(times, share)) as [number, number, number];
    rows.push([size.toLocaleString('en-US'), middle / first, middle, rare, longest]);
  }
  printTable(
    `SQLite: a batch of ${store.batchSize} rows, as the table grows`,
    ['rows in the table', '÷ empty', 'median, ms', 'p99, ms', 'longest, ms'],
    rows,
    [`${BATCHES} batches at each size, of today, the other rows being spread over 30 days. The longest ones hold SQLite's checkpoints.`]
  );
}
