// For how long is the bot's thread held by reports on SQLite while it records 1,000 runs a second? All of the plugin in this process, 1 million events
// of 30 days in the file: with reports asked for one after the other and without, with the traffic and without; milliseconds.
import { setTimeout as wait } from 'node:timers/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ActiveTelemetry } from '../../src/telemetry/activeTelemetry.ts';
import { filledFile } from '../support/filledFile.ts';
import type { BenchOptions } from '../support/options.ts';
import { ours } from '../support/plugin.ts';
import { collectGarbage, interleaved, Samples } from '../support/stats.ts';
import { ALL_DAYS } from '../support/stores.ts';
import { printTable } from '../support/table.ts';
import { makeRuns, startTelemetry } from '../support/telemetry.ts';

const REPEATS = 9;
/** Long enough for a few reports, and for a 99.9th percentile. */
const MEASURED_MS = 2_000;
const RUN_EVERY_MS = 1;

interface Contestant {
  readonly name: string;
  readonly hasTraffic: boolean;
  readonly asksReports: boolean;
}

const CONTESTANTS: readonly Contestant[] = [
  { name: 'nothing', hasTraffic: false, asksReports: false },
  { name: 'reports', hasTraffic: false, asksReports: true },
  { name: 'traffic', hasTraffic: true, asksReports: false },
  { name: 'traffic and reports', hasTraffic: true, asksReports: true }
];

const MEASURES = ['longest', 'p999', 'reportMs', 'runs'] as const;

export async function reportTraffic({ rows = 1_000_000 }: BenchOptions): Promise<void> {
  const { folder, store } = await filledFile(rows, ours);
  await store.close();
  const telemetry = await startTelemetry(ours, { TELEMETRY_DATA_DIR: folder });
  const samples = Object.fromEntries(MEASURES.map((measure) => [measure, new Samples<Contestant>()])) as Record<
    (typeof MEASURES)[number],
    Samples<Contestant>
  >;
  await interleaved(CONTESTANTS, REPEATS + 1, async (one, repeat) => {
    collectGarbage();
    const measured = await drive(telemetry, one);
    // The first repeat only warms up.
    if (repeat > 0) for (const of of MEASURES) samples[of].add(one, measured[of]);
  });
  const { dropped } = telemetry.status().counters;
  printTable(
    `The bot's thread while reports of ${ALL_DAYS.length} days are asked for, ${rows.toLocaleString('en-US')} events in SQLite`,
    ['', 'held at most, ms', 'of all repeats, ms', 'p99.9, ms', 'a report, ms', 'runs/s'],
    CONTESTANTS.map((one) => [
      one.name,
      samples.longest.median(one),
      Math.max(...samples.longest.of(one)),
      samples.p999.median(one),
      one.asksReports ? samples.reportMs.median(one) : '-',
      samples.runs.median(one)
    ]),
    [`Medians of ${REPEATS} interleaved repeats of ${MEASURED_MS / 1000} s each; a run is two events. Dropped from the queue: ${dropped}.`]
  );
}

async function drive(
  telemetry: ActiveTelemetry,
  { hasTraffic, asksReports }: Contestant
): Promise<Record<(typeof MEASURES)[number], number>> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  let runs = 0;
  const traffic = setInterval(() => {
    if (!hasTraffic) return;
    makeRuns(telemetry, 1);
    runs += 1;
  }, RUN_EVERY_MS);
  delay.enable();
  const begin = performance.now();
  let reports = 0;
  while (performance.now() - begin < MEASURED_MS) {
    if (asksReports) await telemetry.report({ days: ALL_DAYS.length, maxAgeMs: 0 });
    else await wait(MEASURED_MS / 10);
    reports += 1;
  }
  const ms = performance.now() - begin;
  delay.disable();
  clearInterval(traffic);
  await telemetry.flush();
  // It counts the millisecond that it waits for.
  const [longest, p999] = [delay.max, delay.percentile(99.9)].map((ns) => Math.max(ns / 1e6 - 1, 0)) as [number, number];
  return { longest, p999, reportMs: ms / reports, runs: (runs * 1000) / ms };
}
