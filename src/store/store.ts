import type { Surface } from '../schema/closedLists.ts';
import type { Notice, OptOut, TelemetryLoss } from '../schema/dictionary.ts';
import type { TelemetryEvent } from '../schema/eventFields.ts';

/** How many events of a day have the same values in every field that a report distinguishes. */
export interface EventCount {
  readonly day: string;
  readonly eventName: string;
  readonly provider: string | null;
  readonly status: string;
  readonly errorType: string | null;
  readonly sampleRate: number;
  readonly count: number;
}

/** How long the runs took that ended with the same event. */
export interface EventDurations {
  readonly eventName: string;
  readonly sampleRate: number;
  /** How many fell into each logarithmic bucket (see `events/durationBuckets`). */
  readonly buckets: Float64Array;
}

/** In how many guilds a feature was used. */
export interface FeatureGuilds {
  readonly surface: string;
  readonly feature: string;
  readonly guilds: number;
}

/** What can't be added up from day to day. */
export interface SpanUsage {
  readonly durations: Iterable<EventDurations>;
  /** How many guilds there were in all. */
  readonly guilds: number;
  readonly features: readonly FeatureGuilds[];
}

/** What a report needs to know of some days. */
export interface Usage {
  /** Tens of thousands, maybe: whoever goes through them lets other work come between. */
  readonly counts: Iterable<EventCount>;
  /** One for each that was asked for, in the same order. */
  readonly spans: readonly SpanUsage[];
  /** How many events are dated later than today, each weighted by 1 / its sample rate. */
  readonly future: number;
  /** The oldest day of which anything is stored, on any surface; `null` where nothing is. */
  readonly oldestDay: string | null;
}

/** Days that follow each other, the first and the last included. */
export interface Span {
  readonly from: string;
  readonly to: string;
}

/** Which days, and only what ran on `surface`, where one is given. */
export interface UsageRange {
  /** The oldest first; no day is in two of them. */
  readonly spans: readonly Span[];
  readonly surface?: Surface | undefined;
}

/** Days that are not kept: `through` and all before it, and all after `after`. */
export interface PurgedDays {
  readonly through: string;
  readonly after: string;
}

/** What a database knows of the time. */
export interface DatabaseClock {
  /** The time by its own clock, in milliseconds since 1970; `null` where it has none besides ours. */
  readonly nowMs: number | null;
  /** The newest day that has events; `null` where none has. */
  readonly newestDay: string | null;
}

/** What the table of events holds. */
export interface StoredTotals {
  readonly events: number;
  /** `null` in an empty table. */
  readonly oldestDay: string | null;
  readonly newestDay: string | null;
}

export interface LossCount {
  readonly day: string;
  readonly reason: string;
  readonly count: number;
}

/** What an audit looked at, and everything in which the database differs from the data dictionary. */
export interface Audit {
  readonly checked: readonly string[];
  /** Each says where, and never repeats the value. */
  readonly findings: readonly string[];
}

/** The answer to who would send a notice. */
export interface NoticeClaim {
  readonly notice: Notice;
  /** Whether it is the caller's to send. */
  readonly isOurs: boolean;
  /** How many claims there are, this one included; of one that is settled three, and of one that can't be sent none. */
  readonly claims: number;
}

/** What was deleted. */
export interface Deletion {
  /** How many events. */
  readonly deleted: number;
  /**
   * Whether nothing of it is left in the files of SQLite. While another process reads them, and for up to ten minutes if guilds are erased shortly
   * one after another, it still stands in their bytes; it is wiped by itself.
   */
  readonly isWiped: boolean;
}

/**
 * Who else may read the connection to the database. `verified`: nobody, since the certificate of the server was checked. `encrypted`: nobody on the
 * way, but nobody checked who answers. `clear`: anybody on the way. `local`: there is no network, but a file or a Unix socket.
 */
export type ConnectionSafety = 'verified' | 'encrypted' | 'clear' | 'local';

/** Where events are kept. Every method rejects with a StoreError when the database does not answer or refuses. */
export interface Store {
  /** `PostgreSQL`, its host and how it is connected, or `SQLite` and its file, without any secret. */
  readonly description: string;
  /** Of the last connection; `null` before the first. */
  readonly safety: ConnectionSafety | null;
  /** How many events a batch may hold. */
  readonly batchSize: number;
  /** How often what does the work had to be started anew. */
  readonly restarts: number;
  /**
   * Writes all of these events or none, each once however often it is given, and with them the fingerprint of the salt of their hashes. Nothing of
   * what is stored tells their order.
   */
  write(events: readonly TelemetryEvent[]): Promise<void>;
  /**
   * Writes these events while the process ends, when nothing can be awaited. Returns those that are not known to be written; what was
   * written before is not written again.
   */
  writeAtExit(events: readonly TelemetryEvent[]): readonly TelemetryEvent[];
  /** Writes counts of lost events, each once however often it is given. */
  writeLosses(losses: readonly TelemetryLoss[]): Promise<void>;
  /** What happened in these spans, as of one moment. */
  usage(range: UsageRange): Promise<Usage>;
  /** The losses of `from` and of every later day, those to come included: a clock that was ahead hides none. */
  losses(from: string): Promise<LossCount[]>;
  clock(): Promise<DatabaseClock>;
  /** Of the events of these days; of all without any. */
  totals(days?: PurgedDays): Promise<StoredTotals>;
  /** Rolls up each day that is over for long enough and was not rolled up yet, so that reports read fewer rows. Returns how many days. */
  rollUp(): Promise<number>;
  /** Deletes what is of these days, a chunk at a time; all of it without any. */
  purge(days?: PurgedDays): Promise<Deletion>;
  /** Deletes the events of these guilds, and rolls up their days anew. */
  eraseGuilds(guildHashes: readonly string[]): Promise<Deletion>;
  /** The guilds that opted out. */
  optOuts(): Promise<OptOut[]>;
  /** Adds these guilds to those that opted out. Of what is stored of them nothing is deleted. */
  addOptOuts(optOuts: readonly OptOut[]): Promise<void>;
  /** Takes these guilds out of those that opted out. */
  removeOptOuts(guildHashes: readonly string[]): Promise<void>;
  /**
   * Claims a notice of a day, before it is sent, for one of all processes: where there are as many claims of it as the caller has seen, and fewer than
   * three. It can't be claimed where it would be the eleventh alert of its day, or the eleventh recovery, nor a recovery where no alert of that name
   * was claimed on its day or the one before.
   * @param seen how many claims of it the caller knows of. Default: 0.
   */
  claimNotice(notice: Notice, seen?: number): Promise<NoticeClaim>;
  /** Lets nobody claim a notice any more: it was sent, or nobody would take it. */
  settleNotice(notice: Notice): Promise<void>;
  /** The names of the alerts of `today` and of the day before that were settled, and no recovery after them. */
  standingAlerts(today: string): Promise<string[]>;
  /** The fingerprints of the salts that stored hashes were made with. */
  saltFingerprints(): Promise<string[]>;
  /** Compares the live database with the data dictionary. */
  audit(retentionDays: number): Promise<Audit>;
  close(): Promise<void>;
}
