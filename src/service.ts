import type { OperationName } from './events/names.ts';
import type { Ledger } from './pipeline/ledger.ts';
import type { ReportOptions } from './reports/readReport.ts';
import type { UsageReport } from './reports/usageReport.ts';
import type { LastPurge } from './retention/maintenance.ts';
import type { PurgeOptions, PurgeResult } from './retention/purge.ts';

/** What code says of a run before it begins. */
export interface Source extends OperationName {
  /** The outside service that is asked, as `alttpr`. */
  readonly provider?: string | null | undefined;
  /** The guild it runs in. It is hashed at once and kept nowhere. */
  readonly guildId?: string | null | undefined;
  /** Whether the time from begin to end is that of the run. Default: true; not for a run that is heard of only when it is over. */
  readonly timed?: boolean | undefined;
}

/** How this process does. */
export interface TelemetryStatus {
  readonly state: 'off' | 'opening' | 'open' | 'closed';
  /** Why it is off, or what is wrong with the database now; `null` when all is well. */
  readonly problem: string | null;
  /** Which database, without any secret. */
  readonly database: string | null;
  readonly sampleRate: number;
  readonly retentionDays: number;
  readonly queueLength: number;
  readonly queueCapacity: number;
  /** Runs that have begun and not ended. */
  readonly inFlight: number;
  /** What became of every event: made = sampledOut + queueLength + written + dropped + refused. */
  readonly ledger: Readonly<Ledger>;
  /** Names and error types that were no names, or too many, and became `other` or `unexpected_error`. */
  readonly folded: number;
  readonly lastPurge: LastPurge | null;
  /** Whether hashes of another salt are stored too: they do not match, and guilds count twice. */
  readonly saltChanged: boolean;
}

/** The telemetry of this process, at `container.telemetry`. None of its recording methods ever throws or waits. */
export interface TelemetryService {
  readonly enabled: boolean;
  /** Opens the database in the background, and keeps trying. Events wait in the queue meanwhile. */
  start(): void;
  /** Begins a run that is found again by `key`. It must be ended. */
  begin(key: object, source: Source): void;
  /** Whether a run of `key` is in flight, or was given up. */
  has(key: object): boolean;
  /** Notes that the run went well. The first outcome that is noted stands. */
  succeed(key: object): void;
  /** Notes that the run failed: for code that answers an error itself. A type that is not declared becomes `unexpected_error`. */
  fail(key: object, errorType: string): void;
  /** Notes that the run failed by an error, of which only the category is kept. */
  failWith(key: object, error: unknown): void;
  /** Notes that the run was not allowed to start. */
  deny(key: object, error: unknown): void;
  /** Says more of a run in flight: the provider that is asked. */
  annotate(key: object, more: { readonly provider: string }): void;
  /** Ends the run with what was noted. */
  end(key: object): void;
  /** Measures `fn`, sync or async, and passes on just what it returns or throws. `key` finds the run, for `annotate` and `fail` in it. */
  track<T>(source: Source, fn: () => T, key?: object): T;
  /** Writes what is queued. Resolves to whether that was possible. */
  flush(): Promise<boolean>;
  /**
   * Reads a report; those who ask for the same meanwhile share it.
   * @throws {RangeError} when there can be no such report.
   * @throws {TelemetryUnavailableError} when telemetry is off or its database is away.
   */
  report(options?: ReportOptions): Promise<UsageReport>;
  /** @throws {TelemetryUnavailableError} when telemetry is off or its database is away. */
  purge(options?: PurgeOptions): Promise<PurgeResult>;
  /**
   * Deletes what is stored of one guild. Returns the number of events deleted.
   * @throws {TypeError} when the id is no text.
   * @throws {TelemetryUnavailableError} when telemetry is off or its database is away.
   */
  eraseGuild(guildId: string): Promise<number>;
  status(): TelemetryStatus;
  /** Ends what is in flight as interrupted, writes the queue and closes the database, within 3 seconds. May be followed by `start`. */
  close(): Promise<void>;
}

/** Nothing can be read now. The message says why and what to do. */
export class TelemetryUnavailableError extends Error {
  override readonly name = 'TelemetryUnavailableError';
}
