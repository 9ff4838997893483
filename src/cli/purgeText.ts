import { count, NOT_WIPED, plural } from '../render/format.ts';
import { purgedWords, type PurgeResult } from '../retention/purge.ts';
import type { StoredTotals } from '../store/store.ts';

/** What the tables hold, in one line. */
export function renderTotals({ events, oldestDay, newestDay }: StoredTotals): string {
  return oldestDay === null ? 'no events' : `${plural(events, 'event')}, ${oldestDay} to ${newestDay ?? oldestDay}`;
}

/** What a purge did, or would do. */
export function renderPurge(result: PurgeResult, dryRun = false): string {
  const { before, deleted, isWiped, after } = result;
  return [
    `Before: ${renderTotals(before)}`,
    `${dryRun ? 'Would delete' : 'Deleted'} ${purgedWords(result)}: ${count(deleted)}`,
    ...(dryRun ? [] : [`After: ${renderTotals(after)}`]),
    ...(isWiped ? [] : [NOT_WIPED])
  ].join('\n');
}
