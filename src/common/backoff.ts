const FIRST_MS = 250;
const LONGEST_MS = 30_000;

/**
 * How long to wait before attempt `attempt` (1 for the first retry), in milliseconds: doubled each time up to 30 s, less a random half, so
 * that many processes do not come back at the same moment.
 */
export function backoffMs(attempt: number): number {
  const longest = Math.min(FIRST_MS * 2 ** (attempt - 1), LONGEST_MS);
  return longest * (1 - Math.random() / 2);
}
