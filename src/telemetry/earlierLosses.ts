import type { ThrottledLogger } from '../logging/throttledLogger.ts';
import type { LossFolder } from '../storage/lossFolder.ts';
import type { Store } from '../store/store.ts';

const DAY_MINUTES = 24 * 60;

/** What processes before this one have lost, and left in the data folder for the database. */
export class EarlierLosses {
  /** Why some may be unknown; `null` where they are not. */
  problem: string | null = null;
  readonly #folder: LossFolder;
  readonly #log: ThrottledLogger;

  constructor(folder: LossFolder, log: ThrottledLogger) {
    this.#folder = folder;
    this.#log = log;
  }

  /** Hands them to the store. Never rejects. */
  async handOver(store: Store): Promise<void> {
    const left = await this.#folder.handOver(store);
    this.problem = left ?? this.#folder.writeProblem;
    if (this.problem !== null) this.#log.warn('losses', `Telemetry may not know what earlier processes lost: ${this.problem}`, DAY_MINUTES);
  }
}
