import { setTimeout as wait } from 'node:timers/promises';

const GIVEN_UP_MS = 300_000;

/** Puts into the hands of a test when the five minutes of a notice that was not sent are over, in this process; all other time is real. */
export class Later implements Disposable {
  readonly #real = setTimeout;
  #works: (() => void)[] = [];

  constructor() {
    const patched = (work: () => void, ms?: number, ...more: []): NodeJS.Timeout => {
      if (ms === GIVEN_UP_MS) this.#works.push(work);
      return this.#real(work, ms, ...more);
    };
    globalThis.setTimeout = Object.assign(patched, setTimeout);
  }

  /** Once somebody waits for them, five minutes pass. */
  async pass(): Promise<void> {
    while (this.#works.length === 0) await wait(20);
    this.#end();
  }

  /** They pass again and again, until that is done. */
  async passUntil(done: Promise<unknown>): Promise<void> {
    const over = done.then(() => true);
    while (!(await Promise.race([over, wait(20, false)]))) this.#end();
  }

  #end(): void {
    for (const work of this.#works.splice(0)) work();
  }

  [Symbol.dispose](): void {
    globalThis.setTimeout = this.#real;
  }
}
