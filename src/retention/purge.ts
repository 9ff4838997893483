import { addDays, utcDay } from '../events/day.ts';
import type { PurgedDays, Store, StoredTotals } from '../store/store.ts';

/** Events of so many days to come are kept: the clocks of two processes may differ. */
export const KEPT_AHEAD_DAYS = 2;

export interface PurgeOptions {
  /** Deletes everything, not only what is too old. */
  readonly all?: boolean;
  /** Deletes nothing; `deleted` says how many events would be. */
  readonly dryRun?: boolean;
  /** Deletes by the process's clock even where another clock contradicts it. */
  readonly force?: boolean;
}

export interface PurgeResult {
  /** The newest of the old days that were purged; `null` when everything was. */
  readonly throughDay: string | null;
  /** What was dated later than this day was purged too: it has not come yet. `null` when everything was. */
  readonly afterDay: string | null;
  readonly before: StoredTotals;
  readonly deleted: number;
  /** Whether nothing of it is left in the files of SQLite (see {@link Deletion}). */
  readonly isWiped: boolean;
  readonly after: StoredTotals;
}

interface PurgeRequest extends Omit<PurgeOptions, 'force'> {
  readonly store: Store;
  /** The UTC day now. */
  readonly today: string;
  readonly retentionDays: number;
}

/** The newest day that is too old: `retentionDays` ago, so that exactly the last `retentionDays` days remain, today included. */
export function newestPurgedDay(today: string, retentionDays: number): string {
  return addDays(today, -retentionDays);
}

/** The days that are not kept: those that are too old, and those more than two days ahead of both the process's clock and the database's. */
export async function purgedDays(store: Pick<Store, 'clock'>, today: string, retentionDays: number): Promise<PurgedDays> {
  const { nowMs } = await store.clock();
  const databaseDay = nowMs === null ? today : utcDay(nowMs);
  const latest = databaseDay > today ? databaseDay : today;
  return { through: newestPurgedDay(today, retentionDays), after: addDays(latest, KEPT_AHEAD_DAYS) };
}

/** Deletes the events that are not kept, and counts what there is before and after. */
export async function purge({ store, today, retentionDays, all = false, dryRun = false }: PurgeRequest): Promise<PurgeResult> {
  const days = all ? undefined : await purgedDays(store, today, retentionDays);
  const before = await store.totals();
  const ends = { throughDay: days?.through ?? null, afterDay: days?.after ?? null };
  if (dryRun) return { ...ends, before, deleted: (await store.totals(days)).events, isWiped: true, after: before };
  return { ...ends, before, ...(await store.purge(days)), after: await store.totals() };
}

/** Which events a purge deletes, in words. */
export function purgedWords({ throughDay, afterDay }: Pick<PurgeResult, 'throughDay' | 'afterDay'>): string {
  if (throughDay === null || afterDay === null) return 'all events';
  return `the events of ${throughDay} and before, and those dated later than ${afterDay}`;
}
