// What does recording cost the bot's process? The plugin beside OpenTelemetry, prom-client and posthog-node; nanoseconds of CPU an event,
// its way out included.
import { setTimeout as wait } from 'node:timers/promises';
import { pair, printComparison } from '../support/comparison.ts';
import type { BenchOptions } from '../support/options.ts';
import { loadPlugin, ours } from '../support/plugin.ts';
import { connect, createDatabase, serverSettings } from '../support/postgres.ts';
import { collectGarbage, interleaved, median, Samples } from '../support/stats.ts';
import { printTable } from '../support/table.ts';
import type { Contestant } from './record/contestant.ts';
import { counter, span } from './record/openTelemetry.ts';
import { pluginContestants, recorderAlone } from './record/plugin.ts';
import { posthog } from './record/posthog.ts';
import { promClient } from './record/promClient.ts';

/** As many at a time as an ordinary queue holds. */
const AT_A_TIME = 1_000;
const TIMES = 20;
const UNITS = AT_A_TIME * TIMES;
const WARM_UPS = 2;
const REPEATS = 9;
/** Linux tells the CPU time of a thread as of the last time that it slept or was interrupted: without a rest it tells of what was before. */
const SETTLE_MS = 5;

export async function record({ against }: BenchOptions): Promise<void> {
  const plugin = await pluginContestants(ours, 'ours');
  const others = against === undefined ? [] : await pluginContestants(await loadPlugin(against), 'the other');
  const [spans, capture] = [span(), await posthog()];
  const contestants = [recorderAlone(), ...plugin, ...others, spans, counter(), promClient(), capture];
  const cpu = new Samples<Contestant>();
  const thread = new Samples<Contestant>();
  const call = new Samples<Contestant>();
  await interleaved(contestants, WARM_UPS + REPEATS, async (one, repeat) => {
    const measured = await measure(one);
    if (repeat < WARM_UPS) return;
    call.add(one, measured.callNs);
    if (!one.hasWayOut) return;
    cpu.add(one, measured.cpuNs);
    thread.add(one, measured.threadNs);
  });
  for (const one of contestants) {
    const [made, delivered] = [(WARM_UPS + REPEATS) * UNITS, await one.delivered()];
    if (delivered !== made) throw new Error(`${one.name}: ${made} made, ${delivered} delivered`);
  }
  printTable(
    'Recording: CPU of the process with the way out, and of the call itself',
    ['', '÷ span', '÷ posthog', 'a run ÷ span', 'of this thread alone ÷ span', 'the call, ns', 'CPU, ns'],
    contestants.map((one) => [
      one.name,
      cpu.ratio(one, spans),
      cpu.ratio(one, capture),
      (cpu.ratio(one, spans) * one.unitsPerRun) / spans.unitsPerRun,
      thread.ratio(one, spans),
      call.median(one),
      cpu.median(one)
    ]),
    [
      `Medians of ${REPEATS} interleaved repeats of ${UNITS} each, ${AT_A_TIME} at a time; ratios of the same repeat. A unit is an event, a span or ` +
        'an addition; "a run" is what a bot makes of one command: two events, one span. All that was made was counted where it arrived.',
      await serverSettings(await connect(await createDatabase()))
    ]
  );
  printComparison(pair(plugin, others), { CPU: cpu, 'the call': call });
}

interface Measured {
  /** Of the process, and of the thread that records alone. */
  readonly cpuNs: number;
  readonly threadNs: number;
  readonly callNs: number;
}

async function measure(one: Contestant): Promise<Measured> {
  collectGarbage();
  await wait(SETTLE_MS);
  const before = process.cpuUsage();
  const beforeOfThread = process.threadCpuUsage();
  const calls: number[] = [];
  for (let time = 0; time < TIMES; time += 1) {
    const begin = performance.now();
    one.make(AT_A_TIME);
    calls.push(((performance.now() - begin) * 1e6) / AT_A_TIME);
    await one.deliver();
  }
  await wait(SETTLE_MS);
  const [ofProcess, ofThread] = [process.cpuUsage(before), process.threadCpuUsage(beforeOfThread)];
  return { cpuNs: perUnit(ofProcess), threadNs: perUnit(ofThread), callNs: median(calls) };
}

/** Nanoseconds. */
function perUnit({ user, system }: NodeJS.CpuUsage): number {
  return ((user + system) * 1000) / UNITS;
}
