import type { Clock } from '../events/clock.ts';
import type { ThrottledLogger } from '../logging/throttledLogger.ts';
import type { TelemetryEvent } from '../schema/eventFields.ts';
import type { LossShelf } from '../store/lossShelf.ts';
import { EventCounters } from './eventCounters.ts';
import { EventQueue } from './eventQueue.ts';
import { EventRecorder } from './eventRecorder.ts';
import { ForgottenGuilds } from './forgottenGuilds.ts';
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
  /** Where counts of losses are kept while the database is away. */
  readonly lossShelf: LossShelf;
}

/** The way of an event in this process: run → lifecycle → event recorder → queue → flusher → store. */
export class Pipeline {
  readonly counters = new EventCounters();
  readonly queue: EventQueue;
  readonly lifecycles: Lifecycles;
  readonly flusher: Flusher;
  readonly losses: Losses;
  readonly forgotten = new ForgottenGuilds();
  /** How many of the oldest queued events are on the shelf as unwritten. */
  #givenUp = 0;

  constructor({ clock, log, sampleRate, queueSize, flushIntervalMs, lossShelf }: PipelineOptions) {
    this.queue = new EventQueue(queueSize);
    this.losses = new Losses(lossShelf);
    const shared = { queue: this.queue, counters: this.counters, losses: this.losses, log };
    this.flusher = new Flusher({ ...shared, intervalMs: flushIntervalMs });
    const recorder = new EventRecorder({ ...shared, flusher: this.flusher });
    this.lifecycles = new Lifecycles({ recorder, clock, sampleRate, forgotten: this.forgotten });
  }

  /** Whether all that was made is written, losses included. */
  get isEmpty(): boolean {
    return this.queue.length === 0 && this.losses.isEmpty;
  }

  /** Takes out of the queue, and of what is in flight, what is of forgotten guilds. */
  dropForgotten(): void {
    this.lifecycles.dropForgotten();
    this.counters.forgotten += this.queue.remove(({ guildHash }) => guildHash !== null && this.forgotten.has(guildHash));
  }

  /**
   * The process may end now: what would be forgotten is counted on the shelf.
   * @param write writes what is queued, if that is still possible. Returns what it did not write.
   */
  shelve(write = (events: readonly TelemetryEvent[]): readonly TelemetryEvent[] => events): void {
    this.resume();
    const unwritten = write(this.queue.all());
    this.losses.shelve(unwritten);
    this.#givenUp = unwritten.length;
  }

  /** The process goes on after all. Events that another one has told to be lost meanwhile are so. */
  resume(): void {
    if (!this.losses.unshelve()) this.#drop(this.#givenUp);
    this.#givenUp = 0;
  }

  #drop(count: number): void {
    for (let left = Math.min(count, this.queue.length); left > 0;) {
      const dropped = Math.min(left, this.queue.take(left).length);
      this.queue.settle(dropped);
      this.counters.dropped += dropped;
      left -= dropped;
    }
  }
}
