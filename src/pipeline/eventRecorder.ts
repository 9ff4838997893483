import type { ThrottledLogger } from '../logging/throttledLogger.ts';
import type { TelemetryEvent } from '../schema/eventFields.ts';
import { isValidEvent } from '../schema/validEvent.ts';
import type { EventCounters } from './eventCounters.ts';
import type { EventQueue } from './eventQueue.ts';
import type { Flusher } from './flusher.ts';
import type { Losses } from './losses.ts';

interface RecorderOptions {
  readonly queue: EventQueue;
  readonly counters: EventCounters;
  readonly losses: Losses;
  readonly log: ThrottledLogger;
  readonly flusher: Pick<Flusher, 'onQueued'>;
}

/** The door to the queue: checks an event, queues it, and counts what is lost on the way. */
export class EventRecorder {
  readonly #options: RecorderOptions;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  /** Counts the event and queues it, or throws and does neither: the stack of the bot may overflow here. */
  record(event: TelemetryEvent): void {
    const { queue, counters } = this.#options;
    if (!isValidEvent(event)) return this.#refuse(event);
    const dropped = queue.push(event);
    counters.made += 1;
    if (dropped !== undefined) counters.dropped += 1;
    try {
      this.#follow(dropped);
    } catch {
      // The event is in the queue: the next one tells the flusher.
    }
  }

  /** Sampled out: the event is made, and goes nowhere. */
  skip(): void {
    this.#options.counters.made += 1;
    this.#options.counters.sampledOut += 1;
  }

  #follow(dropped: TelemetryEvent | undefined): void {
    const { counters, losses, log, flusher } = this.#options;
    if (dropped !== undefined) {
      losses.add(dropped.dayBucket, 'queue_full');
      const remedy = 'see whether the database answers, raise TELEMETRY_QUEUE_SIZE, or lower TELEMETRY_SAMPLE_RATE';
      log.warn('queue_full', `Telemetry queue full: ${counters.dropped} events dropped since the start; ${remedy}`, 1);
    }
    flusher.onQueued();
  }

  #refuse(event: TelemetryEvent): void {
    const { counters, losses, log } = this.#options;
    counters.made += 1;
    counters.refused += 1;
    losses.add(event.dayBucket, 'refused');
    log.error('invalid', 'Telemetry refused an event that does not fit the data dictionary: this is a bug of the plugin');
  }
}
