import type { OperationUsage, Outcomes, ReportQuality, UsageReport } from './usageReport.ts';

/** A count, as `12,345`. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** A rate, as `94.2 %`. Rounded down, so that only a rate of 1 reads 100 %. */
export function rate({ successRate }: Pick<Outcomes, 'successRate'>): string {
  return successRate === null ? '–' : `${(Math.floor(successRate * 1000) / 10).toFixed(1)} %`;
}

/** A duration, as `340 ms` or `2.1 s`. */
export function duration(ms: number | null): string {
  if (ms === null) return '–';
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** Pads columns to the width of their longest cell; the first stands left, numbers stand right. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>((widest, row) => row.map((cell, index) => Math.max(widest[index] ?? 0, [...cell].length)), []);
  return rows.map((row) =>
    row
      .map((cell, index) => {
        const room = ' '.repeat((widths[index] ?? 0) - [...cell].length);
        return index === 0 ? cell + room : room + cell;
      })
      .join('  ')
      .trimEnd()
  );
}

/** A feature with its operations, the most used first. */
export interface FeatureGroup extends Outcomes {
  readonly name: string;
  readonly invokes: number;
  readonly operations: readonly OperationUsage[];
}

/** The operations of a report by their feature; the surface is named unless it is the one asked for, or all of it is Discord. */
export function byFeature(report: UsageReport): FeatureGroup[] {
  const isPlain = report.features.every(({ surface }) => surface === (report.surface ?? 'discord'));
  const groups = Map.groupBy(report.features, ({ surface, feature }) => (isPlain ? feature : `${surface} ${feature}`));
  return [...groups]
    .map(([name, operations]) => {
      const sum = (key: 'invokes' | 'successes' | 'failures'): number => operations.reduce((total, one) => total + one[key], 0);
      const [successes, failures] = [sum('successes'), sum('failures')];
      const successRate = successes + failures === 0 ? null : successes / (successes + failures);
      return { name, invokes: sum('invokes'), successes, failures, successRate, operations };
    })
    .toSorted((a, b) => b.invokes - a.invokes);
}

/** `7 days`, `1 day`. */
export function plural(value: number, one: string): string {
  return `${count(value)} ${one}${value === 1 ? '' : 's'}`;
}

export function title({ days, from, to, surface }: UsageReport): string {
  return `Usage of ${plural(days, 'day')}, ${from} to ${to} (UTC)${surface === null ? '' : `, ${surface} only`}`;
}

export function summary({ events, invokes, outcomes, activeGuilds }: UsageReport): string {
  const guilds = activeGuilds === 'fewer than 5' ? 'fewer than 5 active guilds' : plural(activeGuilds, 'active guild');
  return `${plural(events, 'event')} · ${plural(invokes, 'run')} · ${rate(outcomes)} succeeded · ${guilds}`;
}

/** Sampling, losses and the last write, in a sentence each. */
export function qualityLines({ sampleRates, dropped, refused, unfinished, lastWriteDay }: ReportQuality): string[] {
  const sampled = sampleRates.some((one) => one < 1);
  return [
    ...(lastWriteDay === null
      ? []
      : [sampled ? `Counts are scaled up from sampling at ${sampleRates.join(', ')}.` : 'Every run was recorded, none sampled out.']),
    dropped + refused === 0
      ? 'No event is known to be lost.'
      : `Lost: ${plural(dropped, 'event')} to a full queue, ${count(refused)} refused by the database.`,
    ...(unfinished > 0 ? [`${plural(unfinished, 'run')} of past days never ended: a process died meanwhile.`] : []),
    lastWriteDay === null ? 'Nothing was recorded in these days.' : `Last written on ${lastWriteDay}.`
  ];
}
