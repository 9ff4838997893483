import type { RunDescription } from '../events/runDescription.ts';
import { EventCounters } from '../pipeline/eventCounters.ts';
import type { TelemetryStatus } from './status.ts';
import { TelemetryUnavailableError, type Run } from './telemetry.ts';
import type { RunRecorder, TelemetryService } from './telemetryService.ts';

/** The run that nothing is recorded of. */
const NO_RUN: Run = { annotate: () => undefined, fail: () => undefined };

const NO_RUNS: RunRecorder = {
  begin: () => undefined,
  nameAfter: () => undefined,
  keyOf: (trigger) => trigger,
  has: () => false,
  succeed: () => undefined,
  fail: () => undefined,
  failWith: () => undefined,
  deny: () => undefined,
  annotate: () => undefined,
  end: () => undefined,
  track: (_description, work) => work(NO_RUN),
  recordFailure: () => undefined
};

/** Telemetry that is off: the same interface, no database, no timer, nothing kept. */
export class DisabledTelemetry implements TelemetryService {
  readonly enabled = false;
  readonly runs = NO_RUNS;
  readonly #reason: string;

  /** @param reason why it is off and how to turn it on, in one sentence. */
  constructor(reason: string) {
    this.#reason = reason;
  }

  async ready(): Promise<void> {}

  start(): void {}

  heed(): void {}

  knowPieces(): void {}

  hear(): void {}

  track<T>(_description: RunDescription, work: (run: Run) => T): T {
    return work(NO_RUN);
  }

  run(): Run {
    return NO_RUN;
  }

  async flush(): Promise<boolean> {
    return true;
  }

  async report(): Promise<never> {
    throw new TelemetryUnavailableError(this.#reason);
  }

  async purge(): Promise<never> {
    throw new TelemetryUnavailableError(this.#reason);
  }

  async eraseGuild(): Promise<never> {
    throw new TelemetryUnavailableError(this.#reason);
  }

  async optOut(): Promise<never> {
    throw new TelemetryUnavailableError(this.#reason);
  }

  async optIn(): Promise<never> {
    throw new TelemetryUnavailableError(this.#reason);
  }

  hasOptedOut(): boolean {
    return false;
  }

  onAlert(): () => void {
    return () => undefined;
  }

  async claimNotice(): Promise<never> {
    throw new TelemetryUnavailableError(this.#reason);
  }

  async settleNotice(): Promise<never> {
    throw new TelemetryUnavailableError(this.#reason);
  }

  leave(): void {}

  join(): void {}

  status(): TelemetryStatus {
    return {
      state: 'off',
      problem: this.#reason,
      database: null,
      connection: null,
      sampleRate: 0,
      retentionDays: 0,
      queueLength: 0,
      queueCapacity: 0,
      inFlight: 0,
      counters: new EventCounters(),
      replacedNames: 0,
      threadRestarts: 0,
      lastPurge: null,
      purgeWaits: null,
      lossProblem: null,
      saltChanged: false,
      meterErrors: null
    };
  }

  async close(): Promise<void> {}
}
