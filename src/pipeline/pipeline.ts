import type { Clock } from '../events/clock.ts';
import type { ThrottledLogger } from '../logging/throttledLogger.ts';
import type { Store } from '../store/store.ts';
import { EventCounters } from './eventCounters.ts';
import { EventQueue } from './eventQueue.ts';
import { EventRecorder } from './eventRecorder.ts';
import { Flusher } from './flusher.ts';
import { Lifecycles } from './lifecycles.ts';
import { Losses } from './losses.ts';

interface PipelineOptions {
  readonly clock: Clock;
  readonly log: ThrottledLogger;
  /** The share of runs that is recorded, 0 to 1. */
  readonly sampleRate: number;
  /** How many events wait at most. */
  readonly queueSize: number;
  /** How long an event waits at most while the database answers, in milliseconds. */
  readonly flushIntervalMs: number;
}

/** The way of an event in this process: run → lifecycle → event recorder → queue → flusher → store. */
export class Pipeline {
  readonly counters = new EventCounters();
  readonly queue: EventQueue;
  readonly lifecycles: Lifecycles;
  readonly #flusher: Flusher;

  constructor({ clock, log, sampleRate, queueSize, flushIntervalMs }: PipelineOptions) {
    this.queue = new EventQueue(queueSize);
    const shared = { queue: this.queue, counters: this.counters, losses: new Losses(), log };
    this.#flusher = new Flusher({ ...shared, intervalMs: flushIntervalMs });
    const recorder = new EventRecorder({ ...shared, onQueued: () => this.#flusher.onQueued() });
    this.lifecycles = new Lifecycles({ recorder, clock, sampleRate });
  }

  /** Why the last flush failed; `null` when it did not. */
  get problem(): string | null {
    return this.#flusher.problem;
  }

  /** Writes into `store` from now on. */
  start(store: Store): void {
    this.#flusher.start(store);
  }

  /** Writes all that is queued now. Resolves to whether that was possible. Never rejects. */
  flush(): Promise<boolean> {
    return this.#flusher.flush();
  }

  /** Writes no more, once the write under way is over. */
  stop(): Promise<void> {
    return this.#flusher.stop();
  }
}
