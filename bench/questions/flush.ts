// Does a flush cost more for each event when more events wait? Queues of 1,000, 10,000 and 100,000 events into either database; microseconds an
// event as a multiple of those at 1,000, and how far the heap rises.
import type { ActiveTelemetry } from '../../src/telemetry/activeTelemetry.ts';
import { temporaryFolder } from '../support/folder.ts';
import type { BenchOptions } from '../support/options.ts';
import { ours } from '../support/plugin.ts';
import { createDatabase } from '../support/postgres.ts';
import { collectGarbage, heapRiseDuring, interleaved, Samples, timed } from '../support/stats.ts';
import { printTable } from '../support/table.ts';
import { makeRuns, startTelemetry } from '../support/telemetry.ts';

const SIZES = [1_000, 10_000, 100_000];
const REPEATS = 5;
/** Between two looks at the heap, for each event: some five looks at a flush of any size, since each has to collect the garbage first. */
const PAUSE_MS_PER_EVENT = 0.004;

interface Contestant {
  readonly database: string;
  readonly env: Readonly<Record<string, string>>;
  readonly events: number;
}

export async function flush({ rows = Infinity }: BenchOptions): Promise<void> {
  const sizes = SIZES.filter((size) => size <= rows);
  const databases = [
    { database: 'PostgreSQL', env: { TELEMETRY_DATABASE_URL: await createDatabase() } },
    { database: 'SQLite', env: { TELEMETRY_DATA_DIR: await temporaryFolder() } }
  ];
  const contestants: Contestant[] = databases.flatMap((one) => sizes.map((events) => ({ ...one, events })));
  const [micros, heapRise] = [new Samples<Contestant>(), new Samples<Contestant>()];
  await interleaved(contestants, REPEATS + 1, async (one, repeat) => {
    const telemetry = await startTelemetry(ours, {
      ...one.env,
      TELEMETRY_QUEUE_SIZE: String(one.events),
      TELEMETRY_FLUSH_INTERVAL_MS: '600000'
    });
    const ms = await measureFlush(telemetry, one.events, timed);
    // The first repeat only warms up.
    if (repeat > 0) {
      micros.add(one, (ms * 1000) / one.events);
      heapRise.add(one, await measureFlush(telemetry, one.events, (work) => heapRiseDuring(work, one.events * PAUSE_MS_PER_EVENT)));
    }
    await telemetry.close();
  });
  printTable(
    'A flush of more and more events',
    ['', 'events waiting', 'time an event ÷ that of 1,000', 'µs an event', 'heap at its highest above the full queue, MB'],
    contestants.map((one) => {
      const smallest = contestants.find(({ database }) => database === one.database) ?? one;
      return [one.database, one.events, micros.ratio(one, smallest), micros.median(one), heapRise.median(one) / 2 ** 20];
    }),
    [`Medians of ${REPEATS} interleaved repeats. The heap is looked at a few times in a flush of its own, garbage aside.`]
  );
}

/** Fills the queue, and resolves to what `measure` says of its flush. */
async function measureFlush(
  telemetry: ActiveTelemetry,
  events: number,
  measure: (work: () => Promise<unknown>) => Promise<number>
): Promise<number> {
  await telemetry.flush();
  const before = telemetry.status().counters.written;
  makeRuns(telemetry, events / 2);
  collectGarbage();
  const measured = await measure(() => telemetry.flush());
  const { written, dropped } = telemetry.status().counters;
  if (written - before !== events || dropped > 0) throw new Error(`Of ${events} events ${written - before} were written`);
  return measured;
}
