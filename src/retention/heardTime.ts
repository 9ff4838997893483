import type { Clock } from '../events/clock.ts';

/** How long Discord is waited for: a bot asks it something as soon as it logs in. */
const EXPECTED_WITHIN_MS = 60_000;

/** The time that others tell this process, carried on by its monotonic clock: that one does not jump. */
export class HeardTime {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  #offsetMs: number | undefined;
  #expectedUntilMs = 0;

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  /** Someone listens, and will tell soon. */
  expect(): void {
    this.#expectedUntilMs = this.#clock.monotonicMs() + EXPECTED_WITHIN_MS;
  }

  /** Takes a `Date` header, which is nothing where it is no date. */
  hear(date: string | null): void {
    const ms = date === null ? Number.NaN : Date.parse(date);
    if (!Number.isNaN(ms)) this.#offsetMs = ms - this.#clock.monotonicMs();
  }

  /** The time now, in milliseconds since 1970; `undefined` where none was heard. */
  get nowMs(): number | undefined {
    return this.#offsetMs === undefined ? undefined : this.#clock.monotonicMs() + this.#offsetMs;
  }

  /** Whether none was heard yet, and one is to be expected. */
  get isAwaited(): boolean {
    return this.#offsetMs === undefined && this.#clock.monotonicMs() < this.#expectedUntilMs;
  }
}
