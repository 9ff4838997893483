import type { GuildCount, OperationUsage, UsageReport } from '../reports/usageReport.ts';
import { amount, moved, successes, type Comparison } from './comparison.ts';
import { count, duration, plural, qualityLines, rate, share, summary } from './format.ts';

/** A headline figure. */
export interface Card {
  readonly label: string;
  readonly value: string;
  /** `null` where there is no period before. */
  readonly comparison: Comparison | null;
  readonly detail: string;
}

/** The runs of a day that came to an end. */
export interface DayBar {
  readonly day: string;
  readonly successes: number;
  readonly failures: number;
}

/** One of the most used operations. */
export interface OperationBar extends Pick<OperationUsage, 'operation' | 'successRate' | 'p50Ms' | 'p95Ms'> {
  /** Its feature, after its surface where that is another than the one asked for, or than Discord. */
  readonly group: string;
  readonly runs: number;
  /** How runs and success have changed; `null` where that is not notable. */
  readonly runsChange: Comparison | null;
  readonly successChange: Comparison | null;
}

/** What is seen at one look: all that the picture shows, and the upper part of the page. */
export interface Overview {
  readonly title: string;
  readonly period: string;
  readonly compared: string;
  /** In a sentence, for who does not see it. */
  readonly summary: string;
  readonly cards: readonly Card[];
  /** The oldest first. */
  readonly days: readonly DayBar[];
  /** The most used first. */
  readonly operations: readonly OperationBar[];
  /** How many operations there are besides. */
  readonly otherOperations: number;
  /** How far the numbers can be trusted, a sentence each. */
  readonly quality: readonly string[];
}

/** How many operations a picture has room for. */
export const MOST_IN_PICTURE = 6;
/** What is said where nothing was recorded. */
export const NOTHING = 'Nothing was recorded in these days.';

const NO_PREVIOUS = {
  not_kept: 'No earlier days are kept to compare with',
  not_recorded: 'Nothing earlier was recorded to compare with',
  today: 'A day that is not over is compared with nothing'
} as const;

/** What is seen at one look of a report, with the `most` operations that were used most. */
export function overviewOf(report: UsageReport, most: number): Overview {
  const { days, from, to, surface, noPrevious, daily, features } = report;
  return {
    title: `Usage of ${noPrevious === 'today' ? 'today so far' : plural(days, 'day')}${surface === null ? '' : ` on ${surface}`}`,
    period: `${days === 1 ? to : `${from} to ${to}`} (UTC)`,
    compared: comparedWith(report),
    summary: summary(report),
    cards: cards(report),
    days: daily.map(({ day, successes: good, failures }) => ({ day, successes: good, failures })).toReversed(),
    operations: operationBars(report, most),
    otherOperations: Math.max(0, features.length - most),
    quality: qualityLines(report.quality)
  };
}

/** What the period is compared with, or why with nothing. */
export function comparedWith({ days, previous, noPrevious }: UsageReport): string {
  if (previous !== null) return `Compared with the ${days === 1 ? 'day' : plural(days, 'day')} before`;
  return NO_PREVIOUS[noPrevious ?? 'not_kept'];
}

/** The headline figures: runs, success, speed, reach. */
function cards(report: UsageReport): Card[] {
  const { invokes, outcomes, p95Ms, slowShare, activeGuilds, previous, change, today } = report;
  return [
    {
      label: 'Runs',
      value: count(invokes),
      comparison: previous && change && amount(change.invokes, invokes, previous.invokes),
      detail: today === null ? plural(report.events, 'event') : `${count(today.invokes)} today so far`
    },
    {
      label: 'Succeeded',
      value: rate(outcomes),
      comparison: previous && change && successes(change.failureRate, outcomes, previous.outcomes),
      detail: `${count(outcomes.failures)} failed`
    },
    {
      label: '95% took less than',
      value: duration(p95Ms),
      comparison: previous && moved(p95Ms, previous.p95Ms, duration(previous.p95Ms)),
      detail: slowShare === null ? '' : `${share(slowShare)} over 3 s`
    },
    {
      label: 'Active guilds',
      value: guilds(activeGuilds),
      comparison: previous && moved(leastGuilds(activeGuilds), leastGuilds(previous.activeGuilds), guilds(previous.activeGuilds)),
      detail: 'in steps of 5'
    }
  ];
}

/** The `most` operations that were used most. */
function operationBars(report: UsageReport, most: number): OperationBar[] {
  return report.features.slice(0, most).map((operation) => ({
    operation: operation.operation,
    successRate: operation.successRate,
    p50Ms: operation.p50Ms,
    p95Ms: operation.p95Ms,
    group: operation.surface === (report.surface ?? 'discord') ? operation.feature : `${operation.surface} ${operation.feature}`,
    runs: operation.invokes,
    ...notableChanges(operation)
  }));
}

function notableChanges(operation: OperationUsage): Pick<OperationBar, 'runsChange' | 'successChange'> {
  const { previous, change } = operation;
  if (previous === null || change === null) return { runsChange: null, successChange: null };
  return {
    runsChange: change.invokes.isNotable ? amount(change.invokes, operation.invokes, previous.invokes) : null,
    successChange: change.failureRate.isNotable ? successes(change.failureRate, operation, previous) : null
  };
}

function guilds(number: GuildCount): string {
  return number === 'fewer than 5' ? '< 5' : `≥ ${count(number)}`;
}

function leastGuilds(number: GuildCount): number {
  return number === 'fewer than 5' ? 0 : number;
}
