const MINUTE_MS = 60_000;

/** Puts the minutes of this process, and what is done each minute, into the hands of a test: made before the bot is. */
export class Minutes implements Disposable {
  readonly #works: (() => void)[] = [];
  readonly #real = { now: performance.now.bind(performance), setInterval };
  #aheadMs = 0;

  constructor() {
    performance.now = () => this.#real.now() + this.#aheadMs;
    globalThis.setInterval = (work: () => void, ms?: number, ...more: []) => {
      if (ms === MINUTE_MS) this.#works.push(work);
      return this.#real.setInterval(work, ms, ...more);
    };
  }

  /** A minute passes. */
  pass(): void {
    this.#aheadMs += MINUTE_MS;
    for (const work of this.#works) work();
  }

  [Symbol.dispose](): void {
    performance.now = this.#real.now;
    globalThis.setInterval = this.#real.setInterval;
  }
}
