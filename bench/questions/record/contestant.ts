/** What is measured side by side: something that records, and hands what it recorded out of the process or into its own store. */
export interface Contestant {
  readonly name: string;
  /** Events, spans or additions of one run of a command: how many of its units a bot would make. */
  readonly unitsPerRun: number;
  /** Records `units` now, on the caller's thread. */
  make(units: number): void;
  /** Resolves when all of it is where it belongs. */
  deliver(): Promise<void>;
  /** Whether `deliver` is the contestant's own way out, and no work of the bench. */
  readonly hasWayOut: boolean;
  /** How many units have arrived there since the start, as told by whoever received them. */
  delivered(): number | Promise<number>;
}
