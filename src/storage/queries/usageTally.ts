import { noRuns, type BucketCounts } from '../../events/durationBuckets.ts';
import type { EventCount, EventDurations } from '../../store/store.ts';
import { EventCounts } from '../eventCounts.ts';

/** What is counted of some days, put together. */
export class UsageTally {
  readonly counts = new EventCounts();
  readonly #eventNames = new Set<string>();
  /** By the number of the span. */
  readonly #durations = new Map<number, Map<string, EventDurations>>();

  /** Of what was counted, each after its surface: `discord.generator`. */
  get features(): string[] {
    return [...new Set(Array.from(this.#eventNames, (name) => name.split('.').slice(0, 2).join('.')))];
  }

  add(count: EventCount): void {
    this.counts.add(count);
    this.#eventNames.add(count.eventName);
  }

  /** The buckets of an event in a span, to be added to. */
  bucketsOf(span: number, eventName: string, sampleRate: number): BucketCounts {
    const ofSpan = this.#durations.get(span) ?? new Map<string, EventDurations>();
    this.#durations.set(span, ofSpan);
    const key = `${eventName} ${sampleRate}`;
    const durations = ofSpan.get(key) ?? { eventName, sampleRate, buckets: noRuns() };
    ofSpan.set(key, durations);
    return durations.buckets;
  }

  durations(span: number): EventDurations[] {
    return [...(this.#durations.get(span)?.values() ?? [])];
  }
}
