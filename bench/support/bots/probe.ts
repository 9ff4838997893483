/**
 * Loaded into the bot before its own code: tells the bench, when it asks, how the bot's event loop and memory do. Without the bench the bot
 * has no one to serve, and ends.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';

/** Begin measuring, end it, or come to rest first. */
export type ProbeRequest = 'begin' | 'end' | 'rest';

/** What the bot did between `begin` and `end`, or, after `rest`, what it holds when it does nothing. */
export interface Reading {
  /** Milliseconds by which the event loop came late: the 99.9th percentile, and the longest. */
  readonly loopDelayP999: number;
  readonly loopDelayMax: number;
  /** Milliseconds of CPU. */
  readonly cpuMs: number;
  /** Megabytes. */
  readonly rss: number;
  readonly heap: number;
}

const RESOLUTION_MS = 1;
const SETTLE_MS = 500;
// One that was halted and goes on would count the pause as a delay: each measurement has its own.
let loopDelay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
let cpu = process.cpuUsage();

process.on('message', (request: ProbeRequest) => void answer(request));
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();

async function answer(request: ProbeRequest): Promise<void> {
  if (request === 'begin') begin();
  else if (request === 'end') loopDelay.disable();
  else await rest();
  const { user, system } = process.cpuUsage(cpu);
  const { rss, heapUsed } = process.memoryUsage();
  process.send?.({
    loopDelayP999: loopDelay.percentile(99.9) / 1e6 - RESOLUTION_MS,
    loopDelayMax: loopDelay.max / 1e6 - RESOLUTION_MS,
    cpuMs: (user + system) / 1000,
    rss: rss / 2 ** 20,
    heap: heapUsed / 2 ** 20
  } satisfies Reading);
}

function begin(): void {
  globalThis.gc?.();
  loopDelay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  loopDelay.enable();
  cpu = process.cpuUsage();
}

async function rest(): Promise<void> {
  for (let time = 0; time < 3; time += 1) {
    globalThis.gc?.();
    await wait(SETTLE_MS);
  }
}
