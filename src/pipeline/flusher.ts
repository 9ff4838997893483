import { setImmediate } from 'node:timers/promises';
import type { ThrottledLogger } from '../logging/throttledLogger.ts';
import type { TelemetryEvent } from '../schema/eventFields.ts';
import type { Store } from '../store/store.ts';
import { reasonOf, StoreError } from '../store/storeError.ts';
import { backoffMs } from '../common/backoff.ts';
import type { EventCounters } from './eventCounters.ts';
import type { EventQueue } from './eventQueue.ts';
import type { Losses } from './losses.ts';

interface FlusherOptions {
  readonly queue: EventQueue;
  readonly counters: EventCounters;
  readonly losses: Losses;
  readonly log: ThrottledLogger;
  /** How long an event waits at most while the database answers, in milliseconds. */
  readonly intervalMs: number;
}

/** Moves the queue to the store, a batch at a time. A batch stays in the queue until the database has acknowledged it. */
export class Flusher {
  readonly #options: FlusherOptions;
  #store: Store | undefined;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<boolean> | undefined;
  /** The flush that has not begun yet: whoever asks for one until then shares it. */
  #next: Promise<boolean> | undefined;
  #failures = 0;
  /** Why the last flush failed; `null` when it did not. */
  problem: string | null = null;

  constructor(options: FlusherOptions) {
    this.#options = options;
  }

  /** Flushes into `store` from now on. */
  start(store: Store): void {
    this.#store = store;
    void this.flush();
  }

  /** Stops the timer and waits for the flush that is under way. */
  async stop(): Promise<void> {
    this.#store = undefined;
    clearTimeout(this.#timer);
    await this.#running;
  }

  /** To be called when an event was queued: a queue that fills up is not left to wait for the timer. */
  onQueued(): void {
    const { queue } = this.#options;
    if (this.#store === undefined || this.#running !== undefined || this.#failures > 0) return;
    if (queue.length >= Math.min(this.#store.batchSize, queue.capacity / 2)) void this.flush();
  }

  /** Writes all that is queued now. Resolves to whether that was possible. Never rejects. */
  flush(): Promise<boolean> {
    this.#next ??= this.#flushNext();
    return this.#next;
  }

  async #flushNext(): Promise<boolean> {
    await this.#running;
    this.#next = undefined;
    if (this.#store === undefined) return false;
    this.#running = this.#run(this.#store).finally(() => {
      this.#running = undefined;
      this.#schedule();
    });
    return this.#running;
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#store === undefined) return;
    const delay = this.#failures === 0 ? this.#options.intervalMs : backoffMs(this.#failures);
    this.#timer = setTimeout(() => void this.flush(), delay).unref();
  }

  async #run(store: Store): Promise<boolean> {
    const { queue, losses, log } = this.#options;
    try {
      for (let left = queue.length; left > 0;) {
        const batch = queue.take(store.batchSize);
        await this.#deliver(store, batch);
        left -= batch.length;
        // A store may answer on the bot's own thread: what else waits there comes first.
        await setImmediate();
      }
      if (!losses.isEmpty) {
        await store.writeLosses(losses.take());
        losses.settle();
      }
      if (this.#failures > 0) this.#recover();
      return true;
    } catch (error) {
      this.#failures += 1;
      this.problem = reasonOf(error);
      log.error('write', `Telemetry cannot write to its database: ${this.problem}. ${queue.length} events wait and will be tried again`);
      return false;
    }
  }

  #recover(): void {
    const { log } = this.#options;
    log.info('Telemetry writes to its database again');
    log.clear('write');
    this.#failures = 0;
    this.problem = null;
  }

  /** Writes a batch. Where the database refuses its content, halves it until the poisoned event is alone, and sets that one aside. */
  async #deliver(store: Store, events: readonly TelemetryEvent[]): Promise<void> {
    const { queue, counters, losses, log } = this.#options;
    try {
      await store.write(events);
      queue.settle(events.length);
      counters.written += events.length;
    } catch (error) {
      if (!(error instanceof StoreError) || error.kind !== 'refused') throw error;
      const [event] = events;
      if (events.length === 1 && event !== undefined) {
        queue.settle(1);
        counters.refused += 1;
        losses.add(event.dayBucket, 'refused');
        log.error('refused', `Telemetry set aside an event that its database refused: ${error.message}`);
        return;
      }
      const middle = Math.ceil(events.length / 2);
      await this.#deliver(store, events.slice(0, middle));
      await this.#deliver(store, events.slice(middle));
    }
  }
}
