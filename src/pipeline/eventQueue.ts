import type { TelemetryEvent } from '../schema/eventFields.ts';

/**
 * The bounded queue: a ring buffer of the events that wait, and the batch that is being written. Both count towards the capacity. An event
 * leaves only when it is settled, or as the oldest of a full queue.
 */
export class EventQueue {
  readonly capacity: number;
  readonly #ring: (TelemetryEvent | undefined)[];
  #head = 0;
  #waiting = 0;
  #batch: TelemetryEvent[] = [];

  constructor(capacity: number) {
    this.capacity = capacity;
    this.#ring = Array.from({ length: capacity });
  }

  get length(): number {
    return this.#waiting + this.#batch.length;
  }

  /**
   * Adds an event. When the queue is full the oldest that waits makes room, or `event` itself where all the others are being written.
   * @returns the event that was dropped.
   */
  push(event: TelemetryEvent): TelemetryEvent | undefined {
    let dropped: TelemetryEvent | undefined;
    if (this.length >= this.capacity) {
      if (this.#waiting === 0) return event;
      dropped = this.#shift();
    }
    this.#ring[(this.#head + this.#waiting) % this.capacity] = event;
    this.#waiting += 1;
    return dropped;
  }

  /** The batch to write: the one that is not settled yet, or else the `size` oldest events. */
  take(size: number): readonly TelemetryEvent[] {
    if (this.#batch.length === 0) {
      while (this.#waiting > 0 && this.#batch.length < size) {
        const event = this.#shift();
        if (event !== undefined) this.#batch.push(event);
      }
    }
    return this.#batch;
  }

  /** All that is not settled, the oldest first. */
  all(): readonly TelemetryEvent[] {
    const waiting = Array.from({ length: this.#waiting }, (_, index) => this.#ring[(this.#head + index) % this.capacity] as TelemetryEvent);
    return [...this.#batch, ...waiting];
  }

  /** The first `count` events of the batch are done with. */
  settle(count: number): void {
    this.#batch = this.#batch.slice(count);
  }

  /** Takes out the events that wait and are so. Returns how many. What is being written stays. */
  remove(isRemoved: (event: TelemetryEvent) => boolean): number {
    const kept: TelemetryEvent[] = [];
    const waiting = this.#waiting;
    for (let event = this.#shift(); event !== undefined; event = this.#shift()) if (!isRemoved(event)) kept.push(event);
    this.#head = 0;
    this.#waiting = 0;
    for (const event of kept) this.push(event);
    return waiting - kept.length;
  }

  #shift(): TelemetryEvent | undefined {
    const event = this.#ring[this.#head];
    this.#ring[this.#head] = undefined;
    this.#head = (this.#head + 1) % this.capacity;
    this.#waiting -= 1;
    return event;
  }
}
