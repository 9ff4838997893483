import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Dialect } from './dialect.ts';

/** How long after a wipe the next one follows: what another process deleted, and left in the journal to someone who read, is wiped then. */
const INTERVAL_MS = 600_000;
/** How long after one that was held up. */
const RETRY_MS = 1_000;

/** Takes what was deleted out of the files: when it is asked to, and by itself a little later where it can't be done then. */
export class Wiping {
  readonly #dialect: Dialect;
  readonly #attempt: (work: (em: SqlEntityManager) => Promise<unknown>) => Promise<unknown>;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  /** @param attempt does `work` with the database, which it opens anew if that is gone. */
  constructor(dialect: Dialect, attempt: (work: (em: SqlEntityManager) => Promise<unknown>) => Promise<unknown>) {
    this.#dialect = dialect;
    this.#attempt = attempt;
  }

  /** Resolves to whether nothing is left. Never rejects: what was deleted is deleted all the same. */
  async wipe(em: SqlEntityManager, when: 'now' | 'together'): Promise<boolean> {
    const isWiped = await this.#dialect.wipe(em, when).catch((error: unknown) => {
      this.#dialect.toStoreError(error);
      return false;
    });
    clearTimeout(this.#timer);
    if (this.#dialect.keepsFiles && !this.#isStopped)
      this.#timer = setTimeout(() => void this.#again(), isWiped ? INTERVAL_MS : RETRY_MS).unref();
    return isWiped;
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  async #again(): Promise<void> {
    await this.#attempt((em) => this.wipe(em, 'together')).catch(() => {
      if (!this.#isStopped) this.#timer?.refresh();
    });
  }
}
