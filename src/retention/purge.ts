import { addDays } from '../events/day.ts';
import type { Store, StoredTotals } from '../store/store.ts';

export interface PurgeOptions {
  /** Deletes everything, not only what is too old. */
  readonly all?: boolean;
  /** Deletes nothing; `deleted` says how many events would be. */
  readonly dryRun?: boolean;
}

export interface PurgeResult {
  /** The newest day that was purged; `null` when everything was. */
  readonly throughDay: string | null;
  readonly before: StoredTotals;
  readonly deleted: number;
  /** Whether nothing of it is left in the files of SQLite (see {@link Deletion}). */
  readonly isWiped: boolean;
  readonly after: StoredTotals;
}

interface PurgeRequest extends PurgeOptions {
  readonly store: Store;
  /** The UTC day now. */
  readonly today: string;
  readonly retentionDays: number;
}

/** The newest day that is too old: `retentionDays` ago, so that exactly the last `retentionDays` days remain, today included. */
export function newestPurgedDay(today: string, retentionDays: number): string {
  return addDays(today, -retentionDays);
}

/** Deletes the events that are too old, and counts what there is before and after. */
export async function purge({ store, today, retentionDays, all = false, dryRun = false }: PurgeRequest): Promise<PurgeResult> {
  const through = all ? undefined : newestPurgedDay(today, retentionDays);
  const before = await store.totals();
  const throughDay = through ?? null;
  if (dryRun) return { throughDay, before, deleted: (await store.totals(through)).events, isWiped: true, after: before };
  return { throughDay, before, ...(await store.purge(through)), after: await store.totals() };
}
