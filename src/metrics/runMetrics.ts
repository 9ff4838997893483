import { isThenable, silence } from '../common/lookOn.ts';
import { LISTENER_ERROR } from '../events/names.ts';
import type { ThrottledLogger } from '../logging/throttledLogger.ts';
import type { EndedRun } from '../pipeline/lifecycles.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { LossReason } from '../schema/closedLists.ts';
import type { RUN_ATTRIBUTES } from '../schema/runAttributes.ts';
import type { Attributes, Meter } from './meter.ts';

/** In seconds. Discord wants an answer within 3, and takes none after 900. */
const BOUNDARIES = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 30, 60, 300, 900];
const MS_PER_S = 1000;

interface RunMetricsOptions {
  readonly meter: Meter;
  readonly log: ThrottledLogger;
  /** Whose queue and losses are told. */
  readonly pipeline: Pick<Pipeline, 'queue' | 'counters'>;
}

/** Where runs are recorded. */
interface Instruments {
  readonly duration: ReturnType<Meter['createHistogram']>;
  readonly untimed: ReturnType<Meter['createCounter']>;
  readonly listenerErrors: ReturnType<Meter['createCounter']>;
}

/** Hands each run that ends to a Meter of the bot's. Whatever that does, nothing of it reaches the bot. */
export class RunMetrics {
  /** How many calls of the meter failed. */
  errors = 0;
  readonly #options: RunMetricsOptions;
  #instruments: Instruments | undefined;

  constructor(options: RunMetricsOptions) {
    this.#options = options;
  }

  get meter(): Meter {
    return this.#options.meter;
  }

  /** Makes the instruments, where that is not done yet: not before there is a logger to say what failed. */
  prepare(): Instruments {
    return (this.#instruments ??= this.#make());
  }

  /** Never throws. */
  record(run: EndedRun): void {
    // Without `#ask`, whose closure would be made for every run.
    try {
      this.#heed(this.#hand(run));
    } catch {
      this.#fail();
    }
  }

  #hand(run: EndedRun): unknown {
    const { operation, durationMs } = run;
    const { duration, untimed, listenerErrors } = this.#instruments ?? this.prepare();
    if (operation.feature === LISTENER_ERROR) return listenerErrors.add(1, listenerAttributes(run));
    if (durationMs === null) return untimed.add(1, runAttributes(run));
    return duration.record(durationMs / MS_PER_S, runAttributes(run));
  }

  #make(): Instruments {
    const { meter, pipeline } = this.#options;
    const length = this.#ask(() =>
      meter.createObservableUpDownCounter('bot.telemetry.queue.length', { description: 'Events that wait to be written', unit: '{event}' })
    );
    this.#ask(() => length.addCallback((result) => this.#ask(() => result.observe(pipeline.queue.length))));
    const lost = this.#ask(() =>
      meter.createObservableCounter('bot.telemetry.lost_events', { description: 'Events that will never be written', unit: '{event}' })
    );
    this.#ask(() =>
      lost.addCallback((result) => {
        const observe = (count: number, reason: LossReason): unknown => this.#ask(() => result.observe(count, { reason }));
        observe(pipeline.counters.dropped, 'queue_full');
        observe(pipeline.counters.refused, 'refused');
      })
    );
    return {
      duration: this.#ask(() =>
        meter.createHistogram('bot.run.duration', {
          description: 'How long runs took that came to an end',
          unit: 's',
          advice: { explicitBucketBoundaries: [...BOUNDARIES] }
        })
      ),
      untimed: this.#ask(() =>
        meter.createCounter('bot.run.untimed_failures', {
          description: 'Runs that failed without a duration: they were not let start, or did not come to their end',
          unit: '{run}'
        })
      ),
      listenerErrors: this.#ask(() =>
        meter.createCounter('bot.listener.errors', {
          description: 'Errors of listeners, of which nothing else is heard: they are no runs',
          unit: '{error}'
        })
      )
    };
  }

  /** A meter may throw, and where it answers with a promise, reject. What it does not make is missing, and every call of that fails as well. */
  #ask<T>(call: () => T): T {
    try {
      const answer = call();
      this.#heed(answer);
      return answer;
    } catch {
      this.#fail();
      return undefined as T;
    }
  }

  #heed(answer: unknown): void {
    if (answer !== undefined && isThenable(answer)) silence(answer, () => this.#fail());
  }

  #fail(): void {
    this.errors += 1;
    try {
      const remedy = 'what it does not take is not in its metrics, and recorded all the same';
      this.#options.log.error('meter', `Telemetry: the meter of the client option telemetry.meter failed; ${remedy}`);
    } catch {
      // The stack of the bot is full.
    }
  }
}

type RunAttributes = { readonly [name in (typeof RUN_ATTRIBUTES)[number]]?: string };

/** In the order of the alphabet, in which the SDK wants them: it sorts them at every call. */
function runAttributes({ operation, provider, outcome }: EndedRun): Attributes {
  const { surface, feature, name } = operation;
  const status = outcome === 'success' ? 'ok' : outcome.status;
  const attributes: RunAttributes =
    provider === null ? { feature, operation: name, status, surface } : { feature, operation: name, provider, status, surface };
  return outcome === 'success' ? attributes : { 'error.type': outcome.errorType, ...attributes };
}

function listenerAttributes({ operation, outcome }: EndedRun): Attributes {
  if (outcome === 'success') return { listener: operation.name };
  return { listener: operation.name, status: outcome.status, 'error.type': outcome.errorType };
}
