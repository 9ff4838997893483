import type { ActiveTelemetry } from '../../src/telemetry/activeTelemetry.ts';
import { makeRuns, startTelemetry } from '../record/ours.ts';
import { temporaryFolder } from '../support/folder.ts';
import { createDatabase } from '../support/postgres.ts';
import { collectGarbage, heapRiseDuring, interleaved, Samples, timed } from '../support/stats.ts';
import { printTable } from '../support/table.ts';

const SIZES = [1_000, 10_000, 100_000];
const REPEATS = 5;
/** Collecting garbage a thousand times a second would take many minutes. */
const LOOK_MS = 20;

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
  const riseBytes = new Samples<Contestant>();
  await interleaved(contestants, REPEATS + 1, async (one, repeat) => {
    const telemetry = await startTelemetry({ ...one.env, TELEMETRY_QUEUE_SIZE: String(one.events), TELEMETRY_FLUSH_INTERVAL_MS: '600000' });
    const ms = await flush(telemetry, one.events, timed);
    const bytes = await flush(telemetry, one.events, (work) => heapRiseDuring(work, LOOK_MS));
    if (repeat > 0) {
      micros.add(one, (ms * 1000) / one.events);
      riseBytes.add(one, bytes);
    }
    await telemetry.close();
  });
  printTable(
    'A flush of more and more events',
    ['', 'events waiting', 'time an event ÷ that of 1,000', 'µs an event', 'heap at its highest above the full queue, MB'],
    contestants.map((one) => {
      const smallest = contestants.find(({ name, events }) => name === one.name && events === SIZES[0]) ?? one;
      return [one.name, one.events, micros.ratio(one, smallest), micros.median(one), riseBytes.median(one) / 2 ** 20];
    }),
    [`Medians of ${REPEATS} interleaved repeats. The heap is looked at fifty times a second, in a flush of its own, garbage aside.`]
  );
}

/** Fills the queue, and resolves to what `measure` says of its flush. */
async function flush(
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
