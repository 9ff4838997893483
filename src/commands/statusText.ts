import { count, plural } from '../render/format.ts';
import { withRemedy } from '../retention/clockCheck.ts';
import { SALT_CHANGED } from '../retention/maintenance.ts';
import type { TelemetryStatus } from '../telemetry/status.ts';

/** How one process does, a line a fact. */
export function renderStatus(status: TelemetryStatus): string {
  if (status.state === 'off') return `Telemetry is off: ${status.problem ?? 'no reason is known'}`;
  const { counters, lastPurge } = status;
  return [
    `Telemetry is on${status.problem === null ? '' : `, with a problem: ${status.problem}`}`,
    `Database: ${status.database ?? (status.state === 'opening' ? 'not open yet' : 'closed')}`,
    `Queue: ${count(status.queueLength)} of ${plural(status.queueCapacity, 'event')}`,
    `In flight: ${plural(status.inFlight, 'run')}`,
    `Events of this process: ${count(counters.made)} made = ${count(counters.written)} written + ${count(status.queueLength)} queued + ` +
      `${count(counters.dropped)} dropped + ${count(counters.refused)} refused + ${count(counters.sampledOut)} sampled out` +
      (counters.forgotten > 0 ? ` + ${count(counters.forgotten)} of guilds that opted out or were left` : ''),
    ...(status.replacedNames > 0 ? [`Invalid or excess names recorded as "other": ${count(status.replacedNames)}`] : []),
    ...(status.threadRestarts > 0 ? [`Restarts of SQLite's thread: ${count(status.threadRestarts)}`] : []),
    ...(status.purgeWaits === null ? [] : [`The purge waits: ${withRemedy(status.purgeWaits)}`]),
    ...(status.lossProblem === null ? [] : [`Losses of earlier processes may be unknown: ${status.lossProblem}`]),
    ...(status.saltChanged ? [SALT_CHANGED] : []),
    ...(status.meterErrors === null || status.meterErrors === 0
      ? []
      : [`Calls of the bot's meter that failed: ${count(status.meterErrors)}`]),
    `Sampling: ${status.sampleRate}`,
    `Retention: ${plural(status.retentionDays, 'day')}${lastPurge === null ? '' : `; the last purge deleted ${plural(lastPurge.deleted, 'event')}`}`
  ].join('\n');
}
