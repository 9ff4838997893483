import type { AlertListener } from '../alerts/alerts.ts';
import type { PieceRun } from '../events/runDescription.ts';
import type { NoticeKind } from '../schema/closedLists.ts';
import type { Notice } from '../schema/dictionary.ts';
import type { NoticeClaim } from '../store/store.ts';
import type { TelemetryClientOptions } from './clientOptions.ts';
import type { Deletion, Run, Telemetry } from './telemetry.ts';

/** What listeners record runs with. Nothing here ever throws or waits, but for what tracked work throws. */
export interface RunRecorder {
  /** Begins a run that is found again by `key`. It must be ended. */
  begin(key: object, description: PieceRun): void;
  /** Lets code of the bot find the run of `key` by `trigger`, too: by a message, say, which may run more than once. */
  nameAfter(trigger: object, key: object): void;
  /** The key of the newest run that was named after `trigger`; `trigger` itself where there is none. */
  keyOf(trigger: object): object;
  /** Whether a run of `key` is in flight, or was given up. */
  has(key: object): boolean;
  /** Notes that the run went well. The first outcome that is noted stands. */
  succeed(key: object): void;
  /** Notes that the run failed. A type that is not declared becomes `unexpected_error`. */
  fail(key: object, errorType: string): void;
  /** Notes that the run failed by an error, of which only the category is kept. */
  failWith(key: object, error: unknown): void;
  /** Notes that the run was not allowed to start. */
  deny(key: object, error: unknown): void;
  /** Names the provider of a run in flight. */
  annotate(key: object, more: { readonly provider: string }): void;
  /** Ends the run with what was noted. */
  end(key: object): void;
  /** Measures `work`; the run is found by `key`, where one is given. */
  track<T>(description: PieceRun, work: (run: Run) => T, key?: object): T;
  /** Records a run that is heard of only when it has failed: it has no duration. */
  recordFailure(description: PieceRun, error: unknown): void;
}

/** What the plugin makes for a client: the public part is on the container's type, the rest is for the plugin's own folders. */
export interface TelemetryService extends Telemetry {
  readonly runs: RunRecorder;
  /** Resolves once guilds can be hashed, after a second at the latest. A run that begins before is recorded without its guild. */
  ready(): Promise<void>;
  /**
   * Opens the database in the background, and keeps trying. Events wait in the queue meanwhile.
   * @param hearsDiscord whether `hear` is going to be called soon: until then, for a minute at most, nothing is purged. Default: false.
   */
  start(hearsDiscord?: boolean): void;
  /** Goes by these options from now on: those of all clients that share the service, already checked. */
  heed(options: TelemetryClientOptions): void;
  /** Takes what lists the runs that the pieces of the bot may have: reports then tell which of them are unused. */
  knowPieces(list: () => readonly PieceRun[]): void;
  /**
   * Keeps nothing of a guild from now on, in no process, and erases what is stored of it.
   * @throws {TelemetryUnavailableError} when that can't be kept: then nothing has changed.
   */
  optOut(guildId: string): Promise<Deletion>;
  /** Takes an opt-out back. @throws {TelemetryUnavailableError} when that can't be kept. */
  optIn(guildId: string): Promise<void>;
  /** Whether a guild has opted out, as far as this process knows: it may take a minute to hear of it. */
  hasOptedOut(guildId: string): boolean;
  /** The bot was removed from a guild: what is stored of it is erased within a minute. Never throws. */
  leave(guildId: string): void;
  /** The bot was added to a guild. Never throws. */
  join(guildId: string): void;
  /**
   * Lets `listener` hear of each provider and operation that fails more than before, or is well again, in this process. It must not throw.
   * Nobody hears of any where `TELEMETRY_NOTIFY` is unset.
   * @returns what ends that.
   */
  onAlert(listener: AlertListener): () => void;
  /**
   * Claims a notice of today, before it is sent, for one of all processes: at most three times, and at most ten alerts and ten recoveries a day.
   * @param seen how many claims of it this process knows of; where there are others, it is not claimed.
   * @throws {TelemetryUnavailableError} when the database can't be asked.
   */
  claimNotice(kind: NoticeKind, name: string, seen: number): Promise<NoticeClaim>;
  /**
   * Lets no process claim a notice any more: it was sent, or nobody would take it.
   * @throws {TelemetryUnavailableError} when the database can't be asked.
   */
  settleNotice(notice: Notice): Promise<void>;
  /** Takes the `Date` header of an answer of Discord's: another clock than that of this machine. */
  hear(date: string | null): void;
  /** Ends what is in flight as interrupted, writes the queue and closes the database, within 3 seconds. May be followed by `start`. */
  close(): Promise<void>;
}
