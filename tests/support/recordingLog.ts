import { ThrottledLogger } from '../../src/logging/throttledLogger.ts';

/** A log of telemetry that appends each line to `lines`. */
export function recordingLog(lines: string[]): ThrottledLogger {
  const write = (line: string): void => void lines.push(line);
  return new ThrottledLogger(() => ({ info: write, warn: write, error: write }));
}
