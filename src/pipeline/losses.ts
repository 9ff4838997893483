import { randomUUID } from 'node:crypto';
import type { LossReason } from '../schema/closedLists.ts';
import type { TelemetryLoss } from '../schema/dictionary.ts';
import type { TelemetryEvent } from '../schema/eventFields.ts';
import type { LossShelf } from '../store/lossShelf.ts';

/** Losses by day and reason. */
type Counts = Map<string, TelemetryLoss>;

/** Lost events, counted by day and reason until the counts are written: to the database, or for the next process to the shelf. */
export class Losses {
  readonly #shelf: LossShelf;
  #counting: Counts = new Map();
  /** On the shelf. They change no more, since another process may claim them there. */
  #shelved: readonly TelemetryLoss[] = [];
  #writing: readonly TelemetryLoss[] = [];

  constructor(shelf: LossShelf) {
    this.#shelf = shelf;
  }

  add(day: string, reason: LossReason): void {
    addTo(this.#counting, day, reason);
  }

  /** The rows to write now. They stay the same, ids included, until they are settled: a second write of them changes nothing. */
  take(): readonly TelemetryLoss[] {
    if (this.#writing.length === 0) {
      this.#writing = [...this.#shelved, ...this.#counting.values()];
      this.#shelved = [];
      this.#counting = new Map();
    }
    return this.#writing;
  }

  /** The rows taken last are written. */
  settle(): void {
    this.#writing = [];
    this.unshelve();
  }

  get isEmpty(): boolean {
    return this.#counting.size === 0 && this.#shelved.length === 0 && this.#writing.length === 0;
  }

  /** Puts all that no row holds yet on the shelf, and these events as unwritten. */
  shelve(unwritten: readonly TelemetryEvent[]): void {
    this.unshelve();
    this.#shelved = [...this.#counting.values()];
    this.#counting = new Map();
    const counts: Counts = new Map();
    for (const { dayBucket } of unwritten) addTo(counts, dayBucket, 'unwritten');
    this.#shelf.put([...this.#writing, ...this.#shelved, ...counts.values()]);
  }

  /** Shelves again where anything was lost since the last time. */
  shelveNew(): void {
    if (this.#counting.size > 0) this.shelve([]);
  }

  /** Takes back what is on the shelf. Returns `false` where another process has claimed it: then it is that one's to write. */
  unshelve(): boolean {
    const isOurs = this.#shelf.takeBack();
    if (isOurs) for (const loss of this.#shelved) addTo(this.#counting, loss.dayBucket, loss.reason, loss);
    this.#shelved = [];
    return isOurs;
  }
}

function addTo(counts: Counts, dayBucket: string, reason: LossReason, { id, count } = { id: '', count: 1 }): void {
  const key = `${dayBucket} ${reason}`;
  const loss = counts.get(key);
  if (loss === undefined) counts.set(key, { dayBucket, id: id || randomUUID(), reason, count });
  else loss.count += count;
}
