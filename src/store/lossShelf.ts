import type { TelemetryLoss } from '../schema/dictionary.ts';

/** Where counts of lost events outlive their process while the database can't take them. Neither method throws. */
export interface LossShelf {
  /** Puts these there, where nothing else of ours may be. From now on another process may claim them, and write them under their ids. */
  put(losses: readonly TelemetryLoss[]): void;
  /** Takes back what was put there last. `false` when it is another's by now, and that one writes it. */
  takeBack(): boolean;
}
