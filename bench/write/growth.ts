import type { Telemetry } from '../../src/telemetry.ts';
import { makeRuns, startTelemetry } from '../record/ours.ts';
import { temporaryFolder } from '../support/folder.ts';
import { createDatabase } from '../support/postgres.ts';
import { collectGarbage, interleaved, Samples, timed } from '../support/stats.ts';
import { printTable } from '../support/table.ts';

const SIZES = [1_000, 10_000, 100_000];
const REPEATS = 5;

interface Contestant {
  readonly name: string;
  readonly events: number;
  readonly env: Readonly<Record<string, string>>;
}

/** A flush of more and more events: its time and its memory for each event stay the same. */
export async function growth(): Promise<void> {
  const places = [
    { name: 'PostgreSQL', env: { TELEMETRY_DATABASE_URL: await createDatabase() } },
    { name: 'SQLite', env: { TELEMETRY_DATA_DIR: await temporaryFolder() } }
  ];
  const contestants = places.flatMap(({ name, env }) => SIZES.map((events) => ({ name, env, events })));
  const micros = new Samples<Contestant>();
  const growthBytes = new Samples<Contestant>();
  await interleaved(contestants, REPEATS + 1, async (one, repeat) => {
    const telemetry = await startTelemetry({ ...one.env, TELEMETRY_QUEUE_SIZE: String(one.events), TELEMETRY_FLUSH_INTERVAL_MS: '600000' });
    const bytes = await flush(telemetry, one.events, (ms) => {
      if (repeat > 0) micros.add(one, (ms * 1000) / one.events);
    });
    if (repeat > 0) growthBytes.add(one, bytes);
    await telemetry.close();
  });
  printTable(
    'A flush of more and more events',
    ['', 'events waiting', 'time an event ÷ that of 1,000', 'µs an event', 'heap at its highest above the queue, MB'],
    contestants.map((one) => {
      const smallest = contestants.find(({ name, events }) => name === one.name && events === SIZES[0]) ?? one;
      return [one.name, one.events, micros.ratio(one, smallest), micros.median(one), growthBytes.median(one) / 2 ** 20];
    }),
    [`Medians of ${REPEATS} interleaved repeats. The heap is looked at each millisecond, garbage included.`]
  );
}

/** Resolves to how far the heap rose above what it held with the queue full. */
async function flush(telemetry: Telemetry, events: number, took: (ms: number) => void): Promise<number> {
  await telemetry.flush();
  makeRuns(telemetry, events / 2);
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  let highest = before;
  const timer = setInterval(() => {
    highest = Math.max(highest, process.memoryUsage().heapUsed);
  }, 1);
  took(await timed(() => telemetry.flush()));
  clearInterval(timer);
  const { written, dropped } = telemetry.status().ledger;
  if (written !== events || dropped > 0) throw new Error(`Of ${events} events ${written} were written`);
  return highest - before;
}
