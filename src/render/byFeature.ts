import type { OperationUsage, Outcomes, UsageReport } from '../reports/usageReport.ts';

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
