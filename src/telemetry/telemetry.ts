import type { RunDescription } from '../events/runDescription.ts';
import type { ReportOptions } from '../reports/readReport.ts';
import type { UsageReport } from '../reports/usageReport.ts';
import type { PurgeOptions, PurgeResult } from '../retention/purge.ts';
import type { Deletion } from '../store/store.ts';
import type { TelemetryStatus } from './status.ts';

export type { Deletion };

/** A run in flight, for the code that runs. Neither method throws; after the run's end both do nothing. */
export interface Run {
  /**
   * Says more of the run: the outside service that it asks. The last one stands.
   * @example run.annotate({ provider: 'alttpr' });
   */
  annotate(more: { readonly provider: string }): void;
  /**
   * Notes that the run failed: for code that answers an error itself and throws nothing. The first outcome that is noted stands.
   * @param errorType one of the plugin's error types (`ErrorType`), or one that the client option `telemetry.errorTypes` declares; any other
   * becomes `unexpected_error`.
   * @example run.fail('invalid_preset');
   */
  fail(errorType: string): void;
}

/** The telemetry of this process, at `container.telemetry`. While it is off, runs are passed through, and there is no report. */
export interface Telemetry {
  /** Whether anything is recorded. */
  readonly enabled: boolean;
  /**
   * Measures `work`, sync or async, and passes on just what it returns or throws. For what is no command and no other piece that is measured by
   * itself.
   * @example
   * await container.telemetry.track({ surface: 'api', feature: 'seed', operation: 'generate' }, async (run) => {
   *   run.annotate({ provider: 'alttpr' });
   *   return makeSeed();
   * });
   */
  track<T>(description: RunDescription, work: (run: Run) => T): T;
  /**
   * The run that the plugin began for `key`: an interaction, a message (the newest run of it), or the request of a route. Where there is none, the methods of what is
   * returned do nothing.
   * @example container.telemetry.run(interaction).fail('invalid_preset');
   */
  run(key: object): Run;
  /**
   * Reads what was used, how often it failed and how fast it was. What is queued is written first; those who ask for the same meanwhile share it.
   * @throws {RangeError} when the options can't be met: the message says what they take.
   * @throws {TelemetryUnavailableError} when telemetry is off or its database does not answer.
   * @example const { outcomes, features } = await container.telemetry.report({ days: 30, surface: 'discord' });
   */
  report(options?: ReportOptions): Promise<UsageReport>;
  /**
   * Deletes the events that are older than the retention or dated more than two days ahead; or all of them.
   * @throws {TelemetryUnavailableError} when telemetry is off, its database does not answer, or another clock contradicts this machine's by
   * more than a day: `force` purges all the same.
   * @example const { deleted } = await container.telemetry.purge({ all: true });
   */
  purge(options?: PurgeOptions): Promise<PurgeResult>;
  /**
   * Deletes what is stored of one guild. Resolves to the number of events deleted. While `status().saltChanged`, events of it may be left whose
   * hash was made with another salt.
   * @param guildId the id as Discord gives it. It is kept nowhere.
   * @throws {TypeError} when it is no string.
   * @throws {TelemetryUnavailableError} when telemetry is off, its database does not answer, or no stored hash was made with this salt.
   * @example await container.telemetry.eraseGuild(guild.id);
   */
  eraseGuild(guildId: string): Promise<Deletion>;
  /** How telemetry does in this process. Asks nothing of the database. */
  status(): TelemetryStatus;
  /**
   * Writes what is queued, now. Never rejects.
   * @returns whether that was possible: `false` while the database does not answer. What was not written is tried again by itself.
   */
  flush(): Promise<boolean>;
}

/** Nothing can be read or deleted now. The message says why and what to do; `cause` holds the error below it, if there is one. */
export class TelemetryUnavailableError extends Error {
  override readonly name = 'TelemetryUnavailableError';
}
