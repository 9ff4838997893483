import { count, plural } from './reports/format.ts';
import { SALT_CHANGED } from './retention/maintenance.ts';
import type { PurgeResult } from './retention/purge.ts';
import type { TelemetryStatus } from './service.ts';
import type { StoredTotals } from './storage/store.ts';

/** How one process does, a line a fact. */
export function renderStatus(status: TelemetryStatus): string {
  if (status.state === 'off') return `Telemetry is off: ${status.problem ?? 'no reason is known'}`;
  const { ledger, lastPurge } = status;
  return [
    `Telemetry is on${status.problem === null ? '' : `, with a problem: ${status.problem}`}`,
    `Database: ${status.database ?? (status.state === 'opening' ? 'not open yet' : 'closed')}`,
    `Queue: ${count(status.queueLength)} of ${plural(status.queueCapacity, 'event')}`,
    `In flight: ${plural(status.inFlight, 'run')}`,
    `Events of this process: ${count(ledger.made)} made = ${count(ledger.written)} written + ${count(status.queueLength)} queued + ` +
      `${count(ledger.dropped)} dropped + ${count(ledger.refused)} refused + ${count(ledger.sampledOut)} sampled out`,
    ...(status.folded > 0 ? [`Names that were none and became "other": ${count(status.folded)}`] : []),
    ...(status.saltChanged ? [SALT_CHANGED] : []),
    `Sampling: ${status.sampleRate}`,
    `Retention: ${plural(status.retentionDays, 'day')}${lastPurge === null ? '' : `; the last purge deleted ${plural(lastPurge.deleted, 'event')}`}`
  ].join('\n');
}

/** What the tables hold, in one line. */
export function renderTotals({ events, oldestDay, newestDay }: StoredTotals): string {
  return oldestDay === null ? 'no events' : `${plural(events, 'event')}, ${oldestDay} to ${newestDay ?? oldestDay}`;
}

/** What a purge did, or would do. */
export function renderPurge({ throughDay, before, deleted, after }: PurgeResult, dryRun = false): string {
  const what = throughDay === null ? 'all events' : `the events of ${throughDay} and before`;
  return [
    `Before: ${renderTotals(before)}`,
    `${dryRun ? 'Would delete' : 'Deleted'} ${what}: ${count(deleted)}`,
    ...(dryRun ? [] : [`After: ${renderTotals(after)}`])
  ].join('\n');
}
