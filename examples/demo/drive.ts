import { setTimeout as wait } from 'node:timers/promises';
import { SingleBar } from 'cli-progress';
import type { Use } from './traffic.ts';

/** Uses a second. More would wait for the rate limit of discord.js, and be measured as slow. */
const PACE = 75;
/** Uses that wait for an answer at a time; a slow provider must not hold up the others. */
const AT_ONCE = 48;

/**
 * Lets the uses happen at an even pace, under a progress bar.
 * @param check called before each use and at the end; what it throws ends the drive.
 * @returns how many got no answer.
 */
export async function drive(uses: readonly Use[], check: () => void): Promise<number> {
  const bar = new SingleBar({ format: '  {bar} {value}/{total} uses, {duration_formatted}' });
  const running = new Set<Promise<unknown>>();
  const begin = performance.now();
  let unanswered = 0;
  const finish = async (use: Use): Promise<void> => {
    if ((await use()) === undefined) unanswered += 1;
    bar.increment();
  };
  bar.start(uses.length, 0);
  try {
    for (const [index, use] of uses.entries()) {
      check();
      await wait(Math.max(0, begin + (index * 1000) / PACE - performance.now()));
      if (running.size >= AT_ONCE) await Promise.race(running);
      const one = finish(use).finally(() => running.delete(one));
      running.add(one);
    }
    await Promise.all(running);
    check();
    return unanswered;
  } finally {
    bar.stop();
  }
}
