import type { Clock } from '../events/clock.ts';
import type { ThrottledLogger } from '../logging/throttledLogger.ts';
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
  readonly flusher: Flusher;

  constructor({ clock, log, sampleRate, queueSize, flushIntervalMs }: PipelineOptions) {
    this.queue = new EventQueue(queueSize);
    const shared = { queue: this.queue, counters: this.counters, losses: new Losses(), log };
    this.flusher = new Flusher({ ...shared, intervalMs: flushIntervalMs });
    const recorder = new EventRecorder({ ...shared, flusher: this.flusher });
    this.lifecycles = new Lifecycles({ recorder, clock, sampleRate });
  }
}
