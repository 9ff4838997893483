import { randomUUID } from 'node:crypto';
import type { LossReason } from '../schema/closedLists.ts';
import type { TelemetryLoss } from '../schema/dictionary.ts';

/** Lost events, counted by day and reason until the counts are written. */
export class Losses {
  #counting = new Map<string, TelemetryLoss>();
  #writing: TelemetryLoss[] = [];

  add(day: string, reason: LossReason): void {
    const key = `${day} ${reason}`;
    const loss = this.#counting.get(key);
    if (loss === undefined) this.#counting.set(key, { dayBucket: day, id: randomUUID(), reason, count: 1 });
    else loss.count += 1;
  }

  /** The rows to write now. They stay the same, ids included, until they are settled: a second write of them changes nothing. */
  take(): readonly TelemetryLoss[] {
    if (this.#writing.length === 0) {
      this.#writing = [...this.#counting.values()];
      this.#counting = new Map();
    }
    return this.#writing;
  }

  /** The rows taken last are written. */
  settle(): void {
    this.#writing = [];
  }

  get isEmpty(): boolean {
    return this.#counting.size === 0 && this.#writing.length === 0;
  }

  /** Those that no row holds yet. */
  unwritten(): readonly TelemetryLoss[] {
    return [...this.#writing, ...this.#counting.values()];
  }
}
