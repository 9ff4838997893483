/**
 * Loaded into the bot before its own code: tells the bench, when it asks, how the bot's event loop and memory do. Without the bench the bot
 * has no one to serve, and ends.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';

export type Question = 'begin' | 'end' | 'rest';

/** What the bot did between `begin` and `end`, or, after `rest`, what it holds when it does nothing. */
export interface Answer {
  /** Milliseconds by which the loop came late. */
  readonly delayP999: number;
  readonly delayMax: number;
  /** Milliseconds of CPU. */
  readonly cpuMs: number;
  /** Megabytes. */
  readonly rss: number;
  readonly heap: number;
}

const RESOLUTION_MS = 1;
const SETTLE_MS = 500;
// One that was halted and goes on would count the pause as a delay: each drive has its own.
let delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
let cpu = process.cpuUsage();

process.on('message', (question: Question) => void answer(question));
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();

async function answer(question: Question): Promise<void> {
  if (question === 'begin') {
    globalThis.gc?.();
    delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    delay.enable();
    cpu = process.cpuUsage();
  } else if (question === 'end') delay.disable();
  else {
    for (let time = 0; time < 3; time += 1) {
      globalThis.gc?.();
      await wait(SETTLE_MS);
    }
  }
  const { user, system } = process.cpuUsage(cpu);
  const { rss, heapUsed } = process.memoryUsage();
  process.send?.({
    delayP999: delay.percentile(99.9) / 1e6 - RESOLUTION_MS,
    delayMax: delay.max / 1e6 - RESOLUTION_MS,
    cpuMs: (user + system) / 1000,
    rss: rss / 2 ** 20,
    heap: heapUsed / 2 ** 20
  } satisfies Answer);
}
