import { Ledger } from './pipeline/ledger.ts';
import { TelemetryUnavailableError, type Source, type TelemetryService, type TelemetryStatus } from './service.ts';

/** Telemetry that is off: the same interface, no database, no timer, nothing kept. */
export class NoopTelemetry implements TelemetryService {
  readonly enabled = false;
  readonly #reason: string;

  /** @param reason why it is off and how to turn it on, in one sentence. */
  constructor(reason: string) {
    this.#reason = reason;
  }

  start(): void {}
  begin(): void {}
  succeed(): void {}
  fail(): void {}
  failWith(): void {}
  deny(): void {}
  annotate(): void {}
  end(): void {}

  has(): boolean {
    return false;
  }

  track<T>(_source: Source, fn: () => T): T {
    return fn();
  }

  async flush(): Promise<boolean> {
    return true;
  }

  report(): Promise<never> {
    return Promise.reject(new TelemetryUnavailableError(this.#reason));
  }

  purge(): Promise<never> {
    return Promise.reject(new TelemetryUnavailableError(this.#reason));
  }

  eraseGuild(): Promise<never> {
    return Promise.reject(new TelemetryUnavailableError(this.#reason));
  }

  status(): TelemetryStatus {
    return {
      state: 'off',
      problem: this.#reason,
      database: null,
      sampleRate: 0,
      retentionDays: 0,
      queueLength: 0,
      queueCapacity: 0,
      inFlight: 0,
      ledger: new Ledger(),
      folded: 0,
      lastPurge: null,
      saltChanged: false
    };
  }

  async close(): Promise<void> {}
}
