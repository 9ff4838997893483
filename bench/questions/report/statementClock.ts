import { StatementSync } from 'node:sqlite';

const METHODS = ['all', 'run', 'get'] as const;
type Call = (this: StatementSync, ...values: unknown[]) => unknown;

/** Measures how long SQLite's statements hold the thread, one by one, while it is in use. */
export class StatementClock implements Disposable {
  /** Milliseconds of the longest so far. */
  longest = 0;
  longestText = '';
  readonly #originals = METHODS.map((method) => [method, StatementSync.prototype[method] as Call] as const);

  constructor() {
    const prototype = StatementSync.prototype as unknown as Record<string, Call>;
    for (const [method, original] of this.#originals) {
      const measure = (text: string, ms: number): void => {
        if (ms <= this.longest) return;
        this.longest = ms;
        this.longestText = text.replaceAll(/\s+/g, ' ');
      };
      prototype[method] = function timed(...values) {
        const begin = performance.now();
        try {
          return original.apply(this, values);
        } finally {
          measure(this.sourceSQL, performance.now() - begin);
        }
      };
    }
  }

  [Symbol.dispose](): void {
    const prototype = StatementSync.prototype as unknown as Record<string, Call>;
    for (const [method, original] of this.#originals) prototype[method] = original;
  }
}
