import type { Operation } from '../events/names.ts';

const MINUTE_MS = 60_000;
/** A window grows until it holds so many runs. */
const ENOUGH_RUNS = 20;
const SHORTEST_MS = 5 * MINUTE_MS;
const LONGEST_MS = 6 * 60 * MINUTE_MS;

/** One operation at one provider, or at none. */
export interface Pair {
  readonly operation: Operation;
  /** As `discord.generator.preset`. */
  readonly name: string;
  readonly provider: string | null;
  /** The newest first, and none in which nothing ended. Whoever empties it forgets the runs so far. */
  slots: readonly Slot[];
}

/** The runs of a pair that ended between one look and the next. */
export interface Slot {
  readonly pair: Pair;
  /** When the former look was, by the monotonic clock. */
  readonly fromMs: number;
  readonly runs: number;
  readonly failures: number;
  /** How many failures there are of each error type. */
  readonly errors: ReadonlyMap<string, number>;
}

/** What ended in a window. */
export interface RunWindow {
  readonly runs: number;
  readonly failures: number;
  readonly slots: readonly Slot[];
}

/**
 * The shortest window up to now that holds 20 runs of these pairs and is 5 minutes long; where none does, one of 6 hours with whatever it holds.
 * @param sinceMs it begins no earlier.
 * @returns `undefined` where there is none yet, or nothing in it.
 */
export function windowOf(pairs: readonly Pair[], sinceMs: number, nowMs: number): RunWindow | undefined {
  const newestFirst = pairs.flatMap(({ slots }) => slots).toSorted((a, b) => b.fromMs - a.fromMs);
  const slots = neededSlots(newestFirst, nowMs).filter(({ fromMs }) => fromMs >= sinceMs);
  const { runs, failures } = sumOf(slots);
  if (runs === 0 || nowMs - sinceMs < (runs >= ENOUGH_RUNS ? SHORTEST_MS : LONGEST_MS)) return undefined;
  return { runs, failures, slots };
}

/** Those that a window needs, of slots of which the newest is the first. A window of several pairs never needs more of one than that one alone. */
export function neededSlots(newestFirst: readonly Slot[], nowMs: number): Slot[] {
  let [runs, fromMs] = [0, nowMs];
  const end = newestFirst.findIndex((slot) => {
    const isWhole = runs >= ENOUGH_RUNS && nowMs - fromMs >= SHORTEST_MS && slot.fromMs < fromMs;
    runs += slot.runs;
    fromMs = slot.fromMs;
    return isWhole || fromMs < nowMs - LONGEST_MS;
  });
  return newestFirst.slice(0, end === -1 ? undefined : end);
}

/** All runs of these slots. */
export function sumOf(slots: readonly Slot[]): Pick<Slot, 'runs' | 'failures'> {
  let [runs, failures] = [0, 0];
  for (const slot of slots) {
    runs += slot.runs;
    failures += slot.failures;
  }
  return { runs, failures };
}
