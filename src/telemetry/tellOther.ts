import type { ThrottledLogger } from '../logging/throttledLogger.ts';

/** Tells, once in the life of a process, of which piece the runs are counted under no name of their own. */
export function tellOther(log: ThrottledLogger, piece: string): void {
  const why = 'nothing but signs is in its name, it holds 15 digits or more, or there are too many names';
  const remedy = 'its option `telemetry` may say another feature and operation';
  log.warn(`name of ${piece}`, `Telemetry counts the runs of ${JSON.stringify(piece)} as "other": ${why}; ${remedy}`, Infinity);
}
