import type { EventCounters } from '../pipeline/eventCounters.ts';
import type { LastPurge } from '../retention/maintenance.ts';

/** How telemetry does in this process. */
export interface TelemetryStatus {
  /** `off`: not enabled. `opening`: the database is not open yet. `closed`: not started, or destroyed with its client. */
  readonly state: 'off' | 'opening' | 'open' | 'closed';
  /** Why it is off, or what is wrong with the database now; `null` when all is well. */
  readonly problem: string | null;
  /** Which database, without any secret; `null` while it is not open. */
  readonly database: string | null;
  /**
   * Who may read the connection to it: `verified`: nobody else, `encrypted`: nobody on the way, but nobody checked who answers, `clear`: anybody on
   * the way, `local`: there is no network. `null` while it is not open.
   */
  readonly connection: 'verified' | 'encrypted' | 'clear' | 'local' | null;
  /** The share of runs that is recorded, 0 to 1. */
  readonly sampleRate: number;
  /** How many UTC days of events are kept, today included. */
  readonly retentionDays: number;
  /** Events that wait to be written. */
  readonly queueLength: number;
  /** How many may wait. */
  readonly queueCapacity: number;
  /** Runs that have begun and not ended. */
  readonly inFlight: number;
  /** What became of every event: made = sampledOut + queueLength + written + dropped + refused + forgotten. */
  readonly counters: Readonly<EventCounters>;
  /** Invalid or excess names and error types that were recorded as `other` or `unexpected_error`. */
  readonly replacedNames: number;
  /** How often the thread of SQLite had to be started anew. */
  readonly threadRestarts: number;
  /** `null` before the first purge. */
  readonly lastPurge: LastPurge | null;
  /** Why a purge that was due waits; `null` when none does. */
  readonly purgeWaits: string | null;
  /** Why losses of earlier processes may be unknown; `null` where they are not. */
  readonly lossProblem: string | null;
  /** Whether hashes of another salt are stored: they match none of this salt's, and guilds count twice. */
  readonly saltChanged: boolean;
  /** How many calls of the bot's meter failed; `null` where it gave none (the client option `telemetry.meter`). */
  readonly meterErrors: number | null;
}
