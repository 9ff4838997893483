import type { OperationUsage, Outcomes, Speed, UsageChange, UsageReport } from '../../reports/usageReport.ts';
import { activeGuildsText, changeText, count, duration, formatValue, guildCount, plural, rate, title, todayLines } from '../format.ts';

/** A figure, and what more is said of it. */
export interface Headline {
  readonly figure: string;
  readonly more: readonly string[];
}

interface Figures extends Speed {
  readonly invokes: number;
  readonly outcomes: Outcomes;
}

/** The figures of the whole period, with those of the period before where there is one. */
export function reportHeadlines(report: UsageReport): Headline[] {
  const { previous, change } = report;
  const before = previous === null ? [] : [`${guildCount(previous.activeGuilds)} before`];
  return [...headlines(report, previous, change), { figure: activeGuildsText(report), more: before }];
}

/** The same of one operation. */
export function operationHeadlines({ previous, change, ...now }: OperationUsage): Headline[] {
  return headlines({ ...now, outcomes: now }, previous && { ...previous, outcomes: previous }, change);
}

/** All of them in plain words, for who sees no picture. */
export function headlineText(report: UsageReport): string {
  const lines = reportHeadlines(report).map(({ figure, more }) => [figure, ...more].join(', '));
  return [title(report), ...lines, ...todayLines(report)].join('. ');
}

function headlines(now: Figures, before: Figures | null, change: UsageChange | null): Headline[] {
  const { invokes, outcomes, p50Ms, p95Ms, slowShare } = now;
  const star = change?.failureRate.isNotable === true ? '*' : '';
  return [
    {
      figure: plural(invokes, 'run'),
      more: before === null || change === null ? [] : [`${changeText(change.invokes)} from ${count(before.invokes)}`]
    },
    {
      figure: `${rate(outcomes)} succeeded`,
      more: [`${count(outcomes.failures)} failed`, ...(before === null ? [] : [`${rate(before.outcomes)} before${star}`])]
    },
    {
      figure: `p50 ${duration(p50Ms)}, p95 ${duration(p95Ms)}`,
      more: [
        ...(slowShare === null ? [] : [`${formatValue({ slowShare }, 'slowShare')} took more than 3 s`]),
        ...(before === null ? [] : [`p95 ${duration(before.p95Ms)} before`])
      ]
    }
  ];
}
