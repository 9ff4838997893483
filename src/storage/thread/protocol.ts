import type { Settings } from '../../../config/settings.ts';
import type { Store } from '../../store/store.ts';
import type { StoreError } from '../../store/storeError.ts';

/** The methods of a store that the thread answers. */
export type StoreMethod = { [Key in keyof Store]: Store[Key] extends (...args: never[]) => Promise<unknown> ? Key : never }[keyof Store];

/** What the thread is started with. */
export interface ThreadData {
  readonly settings: Pick<Settings, 'dataDir'>;
  readonly migrate: boolean;
  readonly saltFingerprint: string | undefined;
}

/** A call of the bot's thread. `open` comes first. */
export interface Call {
  readonly id: number;
  readonly method: StoreMethod | 'open';
  readonly args: readonly unknown[];
  /** The time of the bot's clock, in milliseconds since 1970: the thread has none of its own. */
  readonly nowMs: number;
  /** Set to {@link WRITTEN} or {@link NOT_WRITTEN}, and notified, when the call is done: for a caller that waits without an event loop. */
  readonly done?: Int32Array;
}

export const PENDING = 0;
export const WRITTEN = 1;
export const NOT_WRITTEN = 2;

/** The answer to the call of the same id. */
export type Answer =
  { readonly id: number; readonly result: unknown } | { readonly id: number; readonly error: Pick<StoreError, 'kind' | 'message'> };
