import type { DurationCount, EventCount } from '../../store/store.ts';

type Counted<Row> = Omit<Row, 'count'> & { count: number };

/** Counts that arrive in parts, put together. A count may come as text from the database, so each passes through `Number`. */
export class UsageTally {
  readonly #counts = new Map<string, Counted<EventCount>>();
  /** By the number of the span. */
  readonly #durations = new Map<number, Map<string, Counted<DurationCount>>>();

  get counts(): EventCount[] {
    return [...this.#counts.values()];
  }

  /** Of what was counted, each after its surface: `discord.generator`. */
  get features(): string[] {
    const operations = new Set(this.counts.map(({ eventName }) => eventName));
    return [...new Set([...operations].map((name) => name.split('.').slice(0, 2).join('.')))];
  }

  addCount(day: string, { eventName, provider, status, errorType, sampleRate, count }: Omit<EventCount, 'day'>): void {
    const key = `${day}\n${eventName}\n${provider ?? ''}\n${status}\n${errorType ?? ''}\n${sampleRate}`;
    const known = this.#counts.get(key);
    if (known === undefined) this.#counts.set(key, { day, eventName, provider, status, errorType, sampleRate, count: Number(count) });
    else known.count += Number(count);
  }

  addDuration(span: number, { eventName, bucket, sampleRate, count }: DurationCount): void {
    const ofSpan = this.#durations.get(span) ?? new Map<string, Counted<DurationCount>>();
    this.#durations.set(span, ofSpan);
    const key = `${eventName}\n${bucket}\n${sampleRate}`;
    const known = ofSpan.get(key);
    if (known === undefined) ofSpan.set(key, { eventName, bucket: Number(bucket), sampleRate, count: Number(count) });
    else known.count += Number(count);
  }

  durations(span: number): DurationCount[] {
    return [...(this.#durations.get(span)?.values() ?? [])];
  }
}
