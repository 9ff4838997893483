import { LISTENER_ERROR, type Operation } from '../events/names.ts';
import type { EndedRun } from '../pipeline/lifecycles.ts';
import { operationName } from '../schema/eventName.ts';
import { neededSlots, type Pair, type Slot } from './runWindow.ts';

/** Operations at a provider that are counted at once: far more than a bot has. What is beyond is not watched. */
const MOST_PAIRS = 1_000;

interface CountedSlot extends Slot {
  runs: number;
  failures: number;
  readonly errors: Map<string, number>;
}

interface CountedPair extends Pair {
  /** What is being counted. */
  current: CountedSlot | undefined;
}

/** The runs that ended in this process, for as long as a window may need them. Those that were denied are none. */
export class RunCounts {
  /** By the name of the invoke, which is there ready made, and by the provider. */
  readonly #pairs = new Map<string, Map<string | null, CountedPair>>();
  #pairCount = 0;
  #fromMs: number;

  /** @param nowMs by the monotonic clock. */
  constructor(nowMs: number) {
    this.#fromMs = nowMs;
  }

  /** Those that had a run within six hours. */
  pairs(): Pair[] {
    return [...this.#pairs.values()].flatMap((ofOne) => [...ofOne.values()]);
  }

  /** Counts a run. This is the hot path: it asks no clock. */
  add({ operation, provider, outcome }: EndedRun): void {
    const failure = outcome === 'success' ? undefined : outcome;
    if (failure?.status === 'denied' || operation.feature === LISTENER_ERROR) return;
    const pair = this.#pairs.get(operation.eventName.invoke)?.get(provider) ?? this.#makePair(operation, provider);
    if (pair === undefined) return;
    const slot = (pair.current ??= { pair, fromMs: this.#fromMs, runs: 0, failures: 0, errors: new Map() });
    slot.runs += 1;
    if (failure === undefined) return;
    slot.failures += 1;
    slot.errors.set(failure.errorType, (slot.errors.get(failure.errorType) ?? 0) + 1);
  }

  /** Begins new slots, and forgets those that no window needs any more. */
  turn(nowMs: number): void {
    this.#fromMs = nowMs;
    for (const [name, ofOne] of this.#pairs) {
      for (const [provider, pair] of ofOne) {
        pair.slots = neededSlots(pair.current === undefined ? pair.slots : [pair.current, ...pair.slots], nowMs);
        pair.current = undefined;
        if (pair.slots.length > 0) continue;
        ofOne.delete(provider);
        this.#pairCount -= 1;
      }
      if (ofOne.size === 0) this.#pairs.delete(name);
    }
  }

  #makePair(operation: Operation, provider: string | null): CountedPair | undefined {
    if (this.#pairCount >= MOST_PAIRS) return undefined;
    this.#pairCount += 1;
    const { surface, feature, name, eventName } = operation;
    const pair: CountedPair = { operation, name: operationName(surface, feature, name), provider, slots: [], current: undefined };
    const ofOne = this.#pairs.get(eventName.invoke) ?? new Map<string | null, CountedPair>();
    this.#pairs.set(eventName.invoke, ofOne.set(provider, pair));
    return pair;
  }
}
