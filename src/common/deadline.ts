import { setTimeout as wait } from 'node:timers/promises';

/**
 * What `work` resolves to, or `undefined` when that takes longer than `ms` milliseconds; the work itself goes on. The deadline does not keep
 * the process alive. Rejects as `work` does.
 */
export async function withDeadline<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
  const deadline = new AbortController();
  try {
    return await Promise.race([work, wait(ms, undefined, { ref: false, signal: deadline.signal })]);
  } finally {
    deadline.abort();
  }
}
