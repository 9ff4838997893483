import type { EventCount } from '../store/store.ts';

const FIELDS = 7;

/** Counts as they can be handed to another thread: the fields of one after the other, a text as its place in the list of texts. */
export interface CountColumns {
  readonly texts: readonly (string | null)[];
  readonly cells: Float64Array;
}

/**
 * Counts in one buffer, each text once. There may be tens of thousands: that many objects are a lot of garbage, and while one thread's is collected
 * the others of its process are held up.
 */
export class EventCounts implements Iterable<EventCount> {
  readonly #places = new Map<string | null, number>();
  #cells = new Float64Array(1_024 * FIELDS);
  #length = 0;

  /** The same counts, in the buffer that they are in or in a new one. */
  static from(counts: Iterable<EventCount>): EventCounts {
    if (counts instanceof EventCounts) return counts;
    const own = new EventCounts();
    for (const count of counts) own.add(count);
    return own;
  }

  add({ day, eventName, provider, status, errorType, sampleRate, count }: EventCount): void {
    if (this.#length === this.#cells.length) {
      const former = this.#cells;
      this.#cells = new Float64Array(2 * former.length);
      this.#cells.set(former);
    }
    for (const text of [day, eventName, provider, status, errorType]) this.#push(this.#place(text));
    this.#push(sampleRate);
    this.#push(count);
  }

  get columns(): CountColumns {
    return { texts: [...this.#places.keys()], cells: this.#cells.slice(0, this.#length) };
  }

  [Symbol.iterator](): Iterator<EventCount> {
    return countsIn(this.columns)[Symbol.iterator]();
  }

  #push(cell: number): void {
    this.#cells[this.#length] = cell;
    this.#length += 1;
  }

  #place(text: string | null): number {
    const known = this.#places.get(text);
    if (known !== undefined) return known;
    this.#places.set(text, this.#places.size);
    return this.#places.size - 1;
  }
}

/** The counts again, each made as it is asked for. */
export function countsIn({ texts, cells }: CountColumns): Iterable<EventCount> {
  const textAt = (at: number): string | null => texts[cells[at] as number] ?? null;
  return {
    *[Symbol.iterator]() {
      for (let at = 0; at < cells.length; at += FIELDS)
        yield {
          day: textAt(at) as string,
          eventName: textAt(at + 1) as string,
          provider: textAt(at + 2),
          status: textAt(at + 3) as string,
          errorType: textAt(at + 4),
          sampleRate: cells[at + 5] as number,
          count: cells[at + 6] as number
        };
    }
  };
}
