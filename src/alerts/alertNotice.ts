import type { Operation } from '../events/names.ts';

/** That a provider or an operation fails more than before, or is well again. */
export interface AlertNotice {
  readonly kind: 'alert' | 'recovery';
  /** As it is claimed: `provider.alttpr`, or `discord.generator.preset`. */
  readonly name: string;
  /** What it is about; `null` where that is an operation. */
  readonly provider: string | null;
  /** What it is about; `null` where that is a provider. */
  readonly operation: Operation | null;
  /** How many of the newest runs of this process are told of, denied ones left out. */
  readonly runs: number;
  readonly failures: number;
  /** The share of failures, 0 to 1, that such runs had in the seven days before. */
  readonly before: number;
  /** The error types of the failures, the commonest first. */
  readonly errors: readonly string[];
}
