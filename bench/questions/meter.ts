// What does a meter cost? Runs are recorded without one and with one, beside the same histogram of OpenTelemetry's SDK called alone; nanoseconds of
// CPU of the bot's thread a run.
import { AggregationTemporality, MeterProvider, PeriodicExportingMetricReader, type PushMetricExporter } from '@opentelemetry/sdk-metrics';
import type { Meter } from '../../src/metrics/meter.ts';
import { atEnd } from '../support/cleanup.ts';
import { temporaryFolder } from '../support/folder.ts';
import type { BenchOptions } from '../support/options.ts';
import { loadPlugin, ours, type Plugin } from '../support/plugin.ts';
import { collectGarbage, interleaved, median, quantile } from '../support/stats.ts';
import { printTable } from '../support/table.ts';
import { makeRuns, startTelemetry } from '../support/telemetry.ts';

/** Two events each: as many as an ordinary queue holds. */
const AT_A_TIME = 500;
const TIMES = 20;
const RUNS = AT_A_TIME * TIMES;
const WARM_UPS = 2;
const REPEATS = 11;
const ATTRIBUTES = { surface: 'discord', feature: 'generator', operation: 'preset', status: 'ok', provider: 'alttpr' };
const BOUNDARIES = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 30, 60, 300, 900];

type Cell = string | number;

interface Contestant {
  readonly name: string;
  make: (runs: number) => void;
  /** Lets the events be written. */
  deliver(): Promise<unknown>;
  /** Nanoseconds a run, one each repeat. */
  readonly took: number[];
}

export async function meter({ against }: BenchOptions): Promise<void> {
  const without = await recording(ours, 'without a meter');
  const within = await recording(ours, 'with a meter', newMeter());
  const others = against === undefined ? [] : [await recording(await loadPlugin(against), 'the other, without a meter')];
  const byHand = await recording(ours, 'without a meter, the bot calls the histogram itself');
  const histogram = newHistogram();
  const { make } = byHand;
  byHand.make = (runs) => {
    for (let run = 0; run < runs; run += 1) {
      make(1);
      histogram(run);
    }
  };
  const alone = histogramAlone();
  await interleaved([without, within, byHand, alone, ...others], WARM_UPS + REPEATS, async (one, repeat) => {
    const took = await measure(one);
    if (repeat >= WARM_UPS) one.took.push(took);
  });
  const added = ({ name, took }: Contestant): Cell[] => {
    const more = took.map((one, repeat) => one - (without.took[repeat] ?? Number.NaN));
    const shares = more.map((one, repeat) => one / (alone.took[repeat] ?? Number.NaN));
    const half = `${quantile(shares, 0.25).toFixed(2)}-${quantile(shares, 0.75).toFixed(2)}`;
    return [`added: ${name}`, median(more), median(shares).toFixed(2), half];
  };
  printTable(
    'A run, for the thread of the bot: CPU',
    ['', 'ns', '÷ the histogram alone', 'middle half'],
    [...[without, ...others, within, byHand, alone].map(({ name, took }) => [name, median(took), '', '']), added(within), added(byHand)],
    [
      `Medians of ${REPEATS} interleaved repeats of ${RUNS} runs each, ${AT_A_TIME} at a time; differences and ratios of the same repeat. ` +
        'What the thread does to hand events to that of SQLite is in all but the last two.'
    ]
  );
}

async function measure(one: Contestant): Promise<number> {
  collectGarbage();
  const begin = process.threadCpuUsage();
  for (let time = 0; time < TIMES; time += 1) {
    one.make(AT_A_TIME);
    await one.deliver();
  }
  const { user, system } = process.threadCpuUsage(begin);
  return ((user + system) * 1000) / RUNS;
}

async function recording(plugin: Plugin, name: string, meterOfBot?: Meter): Promise<Contestant> {
  const telemetry = await startTelemetry(plugin, { TELEMETRY_DATA_DIR: await temporaryFolder() }, { meter: meterOfBot });
  return { name, took: [], make: (runs) => makeRuns(telemetry, runs), deliver: () => telemetry.flush() };
}

function histogramAlone(): Contestant {
  const record = newHistogram();
  const make = (runs: number): void => {
    for (let run = 0; run < runs; run += 1) record(run);
  };
  return { name: 'the histogram alone', took: [], make, deliver: async () => undefined };
}

/** What a bot would call by itself. */
function newHistogram(): (run: number) => void {
  const histogram = newMeter().createHistogram('alone', { description: '', unit: 's', advice: { explicitBucketBoundaries: BOUNDARIES } });
  return (run) => histogram.record(run / 1e6, { ...ATTRIBUTES });
}

/** A meter of a provider that is read, and sends nothing anywhere. */
function newMeter(): Meter {
  const exporter: PushMetricExporter = {
    export: (_, done) => done({ code: 0 }),
    forceFlush: async () => undefined,
    selectAggregationTemporality: () => AggregationTemporality.CUMULATIVE,
    shutdown: async () => undefined
  };
  const provider = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60_000 })] });
  atEnd(() => provider.shutdown());
  return provider.getMeter('bench');
}
