import type { Surface } from '../schema/closedLists.ts';

/** How runs ended. Weighted by sampling: each stored event counts as 1 / sample rate. */
export interface Outcomes {
  readonly successes: number;
  readonly failures: number;
  /** successes / (successes + failures); `null` while none has ended. */
  readonly successRate: number | null;
}

export interface OperationUsage extends Outcomes {
  readonly surface: string;
  readonly feature: string;
  readonly operation: string;
  readonly invokes: number;
  /** Median and 95th percentile of the runs that came to an end, in milliseconds, within 5 %. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
}

export interface ProviderUsage extends Outcomes {
  readonly provider: string;
}

export interface ErrorUsage {
  readonly errorType: string;
  readonly status: string;
  readonly count: number;
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
  /** The newest of these days on which anything was recorded. */
  readonly lastWriteDay: string | null;
}

/** What was used, how often it failed and how fast it was. The embed, the text, the CSV and the JSON are renderings of it. */
export interface UsageReport {
  readonly days: number;
  readonly from: string;
  readonly to: string;
  readonly surface: Surface | null;
  readonly events: number;
  readonly invokes: number;
  readonly outcomes: Outcomes;
  /** Guilds in which anything was recorded, rounded down to a multiple of five, never scaled by sampling. */
  readonly activeGuilds: number | 'fewer than 5';
  /** By number of invokes, the most used first. */
  readonly features: readonly OperationUsage[];
  readonly providers: readonly ProviderUsage[];
  /** Of runs, and not of listeners. */
  readonly errors: readonly ErrorUsage[];
  /** They stand apart: among all the other numbers they are counted in `events` alone. */
  readonly listenerErrors: readonly ListenerErrors[];
  /** The newest day first. */
  readonly daily: readonly DailyUsage[];
  readonly quality: ReportQuality;
}
