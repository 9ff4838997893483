import { count, NOT_WIPED, plural } from '../render/format.ts';
import type { PurgeResult } from '../retention/purge.ts';
import type { StoredTotals } from '../store/store.ts';

/** What the tables hold, in one line. */
export function renderTotals({ events, oldestDay, newestDay }: StoredTotals): string {
  return oldestDay === null ? 'no events' : `${plural(events, 'event')}, ${oldestDay} to ${newestDay ?? oldestDay}`;
}

/** What a purge did, or would do. */
export function renderPurge({ throughDay, before, deleted, isWiped, after }: PurgeResult, dryRun = false): string {
  const what = throughDay === null ? 'all events' : `the events of ${throughDay} and before`;
  return [
    `Before: ${renderTotals(before)}`,
    `${dryRun ? 'Would delete' : 'Deleted'} ${what}: ${count(deleted)}`,
    ...(dryRun ? [] : [`After: ${renderTotals(after)}`]),
    ...(isWiped ? [] : [NOT_WIPED])
  ].join('\n');
}
