import type { ThrottledLogger } from '../logging/throttledLogger.ts';
import type { LossReason } from '../schema/closedLists.ts';
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

  record(event: TelemetryEvent): void {
    const { queue, counters, log, flusher } = this.#options;
    counters.made += 1;
    if (!isValidEvent(event)) {
      this.#lose(event.dayBucket, 'refused');
      log.error('invalid', 'Telemetry refused an event that does not fit the data dictionary: this is a bug of the plugin');
      return;
    }
    const dropped = queue.push(event);
    if (dropped !== undefined) {
      this.#lose(dropped.dayBucket, 'queue_full');
      const remedy = 'see whether the database answers, raise TELEMETRY_QUEUE_SIZE, or lower TELEMETRY_SAMPLE_RATE';
      log.warn('queue_full', `Telemetry queue full: ${counters.dropped} events dropped since the start; ${remedy}`, 1);
    }
    flusher.onQueued();
  }

  /** Sampled out: the event is made, and goes nowhere. */
  skip(): void {
    this.#options.counters.made += 1;
    this.#options.counters.sampledOut += 1;
  }

  #lose(day: string, reason: LossReason): void {
    const { counters, losses } = this.#options;
    if (reason === 'queue_full') counters.dropped += 1;
    else counters.refused += 1;
    losses.add(day, reason);
  }
}
