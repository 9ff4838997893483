// How long does writing a batch take the thread of SQLite, as its table grows? Our batches into tables of up to 5 million rows; milliseconds a
// batch, as a multiple of an empty table's.
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { EventIds } from '../../src/events/eventId.ts';
import { makeBatches } from '../support/events.ts';
import { temporaryFolder } from '../support/folder.ts';
import { fillSqlite } from '../support/fill.ts';
import type { BenchOptions } from '../support/options.ts';
import { collectGarbage, quantile, timed } from '../support/stats.ts';
import { openStore, TODAY } from '../support/stores.ts';
import { printTable } from '../support/table.ts';

const BATCHES = 500;
const LARGEST = 5_000_000;

export async function writeSqlite({ rows: largest = LARGEST }: BenchOptions): Promise<void> {
  const folder = await temporaryFolder();
  const store = await openStore({ dataDir: folder });
  const lines: (string | number)[][] = [];
  const ids = new EventIds();
  let filled = 0;
  let emptyMs: number | undefined;
  for (const size of [0, largest / 5, largest / 2, largest]) {
    if (size > filled) await fillSqlite(store, join(folder, 'telemetry.db'), size - filled);
    filled = size;
    const times: number[] = [];
    // The first batch finds the pages that the filling left out of memory.
    await store.write(makeBatches(TODAY, 1, store.batchSize)[0] ?? []);
    const made = makeBatches(TODAY, BATCHES, store.batchSize);
    const batches = made.map((batch) => batch.map((event) => ({ ...event, id: ids.next(TODAY) })));
    collectGarbage();
    for (const batch of batches) {
      times.push(await timed(() => store.write(batch)));
      await setImmediate();
    }
    const [middle, rare, longest] = [0.5, 0.99, 1].map((share) => quantile(times, share)) as [number, number, number];
    emptyMs ??= middle;
    lines.push([size.toLocaleString('en-US'), middle / emptyMs, middle, rare, longest]);
  }
  printTable(
    `SQLite: a batch of ${store.batchSize} rows, as the table grows`,
    ['rows in the table', '÷ empty', 'median, ms', 'p99, ms', 'longest, ms'],
    lines,
    [`${BATCHES} batches at each size, of today, the other rows being spread over 30 days. The longest ones hold SQLite's checkpoints.`]
  );
}
