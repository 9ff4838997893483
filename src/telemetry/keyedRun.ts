import type { Run } from './telemetry.ts';
import type { RunRecorder } from './telemetryService.ts';

/** A run that is found by its key. */
export class KeyedRun implements Run {
  readonly #runs: Pick<RunRecorder, 'annotate' | 'fail'>;
  readonly #key: object;

  constructor(runs: Pick<RunRecorder, 'annotate' | 'fail'>, key: object) {
    this.#runs = runs;
    this.#key = key;
  }

  annotate(more: { readonly provider: string }): void {
    this.#runs.annotate(this.#key, more);
  }

  fail(errorType: string): void {
    this.#runs.fail(this.#key, errorType);
  }
}
