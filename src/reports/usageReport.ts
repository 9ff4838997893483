import type { Surface } from '../schema/closedLists.ts';
import type { Change, UsageChange } from './change.ts';

export type { Change, UsageChange };

/** How runs ended. Weighted by sampling: each stored event counts as 1 / sample rate. */
export interface Outcomes {
  readonly successes: number;
  readonly failures: number;
  /** successes / (successes + failures); `null` while none has ended. */
  readonly successRate: number | null;
}

/** How long the runs took that came to an end; `null` where none has a duration. Weighted by sampling. */
export interface Speed {
  /** Median and 95th percentile, in milliseconds, within 5 %. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  /** The share of them, 0 to 1, that took longer than the 3 seconds (within 5 %) in which Discord wants a first answer. */
  readonly slowShare: number | null;
}

/** How many guilds, rounded down to a multiple of five and never scaled by sampling. */
export type GuildCount = number | 'fewer than 5';

export interface ProviderUsage extends Outcomes {
  readonly provider: string;
  /** That came to an end. */
  readonly runs: number;
}

export interface ErrorUsage {
  readonly errorType: string;
  readonly status: string;
  readonly count: number;
}

/** An error of one operation, and the provider that was asked in these runs; `null` where none was. */
export interface OperationError extends ErrorUsage {
  readonly provider: string | null;
}

/** A day of one operation. */
export interface OperationDay {
  readonly day: string;
  readonly invokes: number;
  readonly successes: number;
  readonly failures: number;
}

/** What is told of one operation, in the period, in the one before, and today so far. */
export interface OperationFigures extends Outcomes, Speed {
  readonly invokes: number;
}

/** The figures of one operation, and what it failed with and asked, in the period or today so far. */
export interface OperationRuns extends OperationFigures {
  /** The most frequent first. */
  readonly errors: readonly OperationError[];
  /** The most used first. */
  readonly providers: readonly ProviderUsage[];
}

/** One that ran in the period or in the one before. */
export interface OperationUsage extends OperationRuns {
  readonly surface: string;
  readonly feature: string;
  readonly operation: string;
  /** Every day of the period, the newest first. */
  readonly daily: readonly OperationDay[];
  /**
   * Today so far, which is in no other number of the operation and compared with nothing, all 0 where it did not run; `null` where today is the
   * period.
   */
  readonly today: OperationRuns | null;
  /** The same figures of the period before, all 0 where it did not run; `null` where the report has no period before. */
  readonly previous: OperationFigures | null;
  readonly change: UsageChange | null;
}

/** A feature with all of its operations. Its counts are rounded by themselves: they may differ a little from the sum of those of the operations. */
export interface FeatureUsage extends Outcomes {
  readonly surface: string;
  readonly feature: string;
  readonly invokes: number;
}

/** The errors of a listener: runs of it that go well are not heard of, so that there is no rate. */
export interface ListenerErrors {
  readonly listener: string;
  readonly errorType: string;
  readonly status: string;
  readonly count: number;
}

export interface DailyUsage extends Omit<Outcomes, 'successRate'> {
  readonly day: string;
  readonly events: number;
}

/** A provider on one day. */
export interface ProviderDay extends ProviderUsage {
  readonly day: string;
}

/** An error type on one day. */
export interface ErrorDay extends ErrorUsage {
  readonly day: string;
}

/** In how many guilds a feature was used. */
export interface FeatureReach {
  readonly surface: string;
  readonly feature: string;
  readonly guilds: GuildCount;
  /** In the period before; `null` where the report has none. */
  readonly previousGuilds: GuildCount | null;
}

/** A piece of the running bot that is measured and had no run, neither in the period nor today: a subcommand, a handler, a task, a route. */
export interface UnusedPiece {
  readonly surface: string;
  readonly feature: string;
  readonly operation: string;
  /** As the log calls it, by its name in code: `commands/roll`. */
  readonly piece: string;
}

/** How far the numbers can be trusted. */
export interface ReportQuality {
  /** The sampling rates in force during these days. */
  readonly sampleRates: readonly number[];
  /** Events lost because a queue was full. */
  readonly dropped: number;
  /** Events that the database would not take. */
  readonly refused: number;
  /** Events that were not written when their process ended. Some may be stored all the same, if the database took them and could not say so. */
  readonly unwritten: number;
  /** Whether there may be more of these three that the database does not know of: the status says why. */
  readonly lossesMayBeMissing: boolean;
  /** Events dated later than today: a clock was ahead. They are in no other number of the report. */
  readonly future: number;
  /** Runs of past days without an end: a process died while they ran. */
  readonly unfinished: number;
  /** How many of these days are older than the retention, so that nothing is kept of them. */
  readonly notKept: number;
  /** The newest day on which anything was recorded: of these, or today. */
  readonly lastWriteDay: string | null;
}

/** What is told of a period as a whole. */
export interface PeriodFigures extends Speed {
  /** Its first and its last UTC day. */
  readonly from: string;
  readonly to: string;
  readonly events: number;
  readonly invokes: number;
  readonly outcomes: Outcomes;
  /** Guilds in which anything was recorded. */
  readonly activeGuilds: GuildCount;
  /** By number of ended runs, the most used first. */
  readonly providers: readonly ProviderUsage[];
  /** Of runs, and not of listeners. The most frequent first. */
  readonly errors: readonly ErrorUsage[];
}

/**
 * Why there is no period before to compare with. `not_kept`: the retention does not keep that many days. `not_recorded`: nothing is stored of its
 * first day or earlier, so that telemetry may have begun in the midst of it. `today`: the period is today, which is not over.
 */
export type NoPrevious = 'not_kept' | 'not_recorded' | 'today';

/** What was used, how often it failed and how fast it was. The message, the text, the CSV and the JSON are renderings of it. */
export interface UsageReport extends PeriodFigures {
  /** How many days the period has. It ends yesterday; where nothing was recorded before today, today is the period. */
  readonly days: number;
  readonly surface: Surface | null;
  /** Today so far, which is in no other number of the report but those of the quality; `null` where today is the period. */
  readonly today: PeriodFigures | null;
  /** As many days just before; `null` where there are none to compare with. */
  readonly previous: PeriodFigures | null;
  readonly noPrevious: NoPrevious | null;
  /** From the period before to this one; `null` without the former. */
  readonly change: UsageChange | null;
  /** By number of invokes, the most used first. */
  readonly features: readonly OperationUsage[];
  /** The most used first; of the features of these operations. */
  readonly featureTotals: readonly FeatureUsage[];
  /** By feature, the widest first. */
  readonly reach: readonly FeatureReach[];
  /** `null` where it is not known which pieces there are: the command line knows no bot. */
  readonly unused: readonly UnusedPiece[] | null;
  /** They stand apart: among all the other numbers they are counted in `events` alone. */
  readonly listenerErrors: readonly ListenerErrors[];
  /** Every day of the period, the newest first. */
  readonly daily: readonly DailyUsage[];
  /** Only days on which the provider was asked, the newest first. */
  readonly providerDays: readonly ProviderDay[];
  /** Only days on which there was the error, the newest first. */
  readonly errorDays: readonly ErrorDay[];
  readonly quality: ReportQuality;
}
