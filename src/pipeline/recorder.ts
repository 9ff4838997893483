import type { LossReason, TelemetryEvent } from '../events/dictionary.ts';
import { isValidEvent } from '../events/event.ts';
import type { Ledger } from './ledger.ts';
import type { Losses } from './losses.ts';
import type { OperatorLog } from './operatorLog.ts';
import type { EventQueue } from './queue.ts';

interface Parts {
  readonly queue: EventQueue;
  readonly ledger: Ledger;
  readonly losses: Losses;
  readonly log: OperatorLog;
  /** Called after every event that was queued. */
  readonly onQueued: () => void;
}

/** The door to the queue: checks an event, queues it, and counts what is lost on the way. */
export class Recorder {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  record(event: TelemetryEvent): void {
    const { queue, ledger, log, onQueued } = this.#parts;
    ledger.made += 1;
    if (!isValidEvent(event)) {
      this.#lose(event.dayBucket, 'refused');
      log.error('invalid', 'Telemetry refused an event that does not fit the data dictionary: this is a bug of the plugin');
      return;
    }
    const dropped = queue.push(event);
    if (dropped !== undefined) {
      this.#lose(dropped.dayBucket, 'queue_full');
      const remedy = 'see whether the database answers, raise TELEMETRY_QUEUE_SIZE, or lower TELEMETRY_SAMPLE_RATE';
      log.warn('queue_full', `Telemetry queue full: ${ledger.dropped} events dropped since the start; ${remedy}`, 1);
    }
    onQueued();
  }

  /** Sampled out: the event is made, and goes nowhere. */
  skip(): void {
    this.#parts.ledger.made += 1;
    this.#parts.ledger.sampledOut += 1;
  }

  #lose(day: string, reason: LossReason): void {
    const { ledger, losses } = this.#parts;
    if (reason === 'queue_full') ledger.dropped += 1;
    else ledger.refused += 1;
    losses.add(day, reason);
  }
}
