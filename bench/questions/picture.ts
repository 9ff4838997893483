// What does the picture of a report cost? A report of 90 days with names that the font of the package has, and with Japanese ones, for which the
// machine's fonts are read; beside a thread that does nothing, and beside waiting. CPU of the process, and for how long the bot's thread is held.
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { addDays } from '../../src/events/day.ts';
import type * as png from '../../src/render/picture/png.ts';
import { buildReport } from '../../src/reports/buildReport.ts';
import type { UsageReport } from '../../src/reports/usageReport.ts';
import { collectGarbage, interleaved, Samples } from '../support/stats.ts';
import { TODAY } from '../support/stores.ts';
import { printTable } from '../support/table.ts';

const REPEATS = 30;
const DAYS = 90;
const OPERATIONS = 40;
/** Longer than any picture takes. */
const WAIT_MS = 300;

interface Contestant {
  readonly name: string;
  readonly work: () => Promise<unknown>;
}

/** As it was built: of the sources, the thread would have to take out the types. */
const BUILT = new URL('../../dist/esm/render/picture/png.js', import.meta.url).href;

export async function picture(): Promise<void> {
  const { renderPng } = (await import(BUILT)) as typeof png;
  const idle: Contestant = { name: 'waiting', work: () => wait(WAIT_MS) };
  const thread: Contestant = { name: 'a thread that does nothing', work: emptyThread };
  const plain = reportNamed('preset');
  const foreign = reportNamed('デイリー');
  const contestants: Contestant[] = [
    idle,
    thread,
    { name: "picture, the package's font", work: () => renderPng(plain) },
    { name: "picture, the machine's fonts too", work: () => renderPng(foreign) }
  ];
  const [cpu, hold, whole] = [new Samples<Contestant>(), new Samples<Contestant>(), new Samples<Contestant>()];
  await interleaved(contestants, REPEATS + 1, async (one, repeat) => {
    collectGarbage();
    const measured = await measure(one.work);
    // The first repeat only warms up.
    if (repeat === 0) return;
    cpu.add(one, measured.cpuMs);
    hold.add(one, measured.longestMs);
    whole.add(one, measured.wholeMs);
  });
  printTable(
    `The picture of a report of ${DAYS} days`,
    ['', 'CPU − thread, ms', 'longest hold − waiting, ms', 'CPU, ms', 'longest hold, ms', 'until it is there, ms'],
    contestants.map((one) => [
      one.name,
      cpu.median(one) - cpu.median(thread),
      hold.median(one) - hold.median(idle),
      cpu.median(one),
      hold.median(one),
      whole.median(one)
    ]),
    [`Medians of ${REPEATS} interleaved repeats. A hold is the delay of a timer of 1 ms.`]
  );
}

async function measure(work: () => Promise<unknown>): Promise<{ cpuMs: number; longestMs: number; wholeMs: number }> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const [cpuBefore, begin] = [process.cpuUsage(), performance.now()];
  await work();
  const wholeMs = performance.now() - begin;
  const { user, system } = process.cpuUsage(cpuBefore);
  // One more turn, in which a hold at the very end is noticed.
  await wait(5);
  delay.disable();
  return { cpuMs: (user + system) / 1_000, longestMs: delay.max / 1e6, wholeMs };
}

async function emptyThread(): Promise<void> {
  const worker = new Worker('', { eval: true, execArgv: [], env: {} });
  await once(worker, 'exit');
}

/** A report that has something to show everywhere. */
function reportNamed(name: string): UsageReport {
  const counts = Array.from({ length: DAYS * OPERATIONS }, (_, index) => ({
    day: addDays(TODAY, -1 - Math.floor(index / OPERATIONS)),
    eventName: `discord.${name}.${name}_${index % OPERATIONS}.${index % 11 === 0 ? 'failure' : 'success'}`,
    provider: 'alttpr',
    status: index % 11 === 0 ? 'error' : 'ok',
    errorType: index % 11 === 0 ? 'not_found' : null,
    sampleRate: 1,
    count: 1 + ((index * 37) % 500)
  }));
  const nothing = { durations: [], guilds: 40, features: [] };
  const usage = { counts, spans: [nothing, nothing, nothing] as const, future: 0, oldestDay: addDays(TODAY, -DAYS) };
  return buildReport({ today: TODAY, days: DAYS, usage, losses: [], surface: undefined });
}
