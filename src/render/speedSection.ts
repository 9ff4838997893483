import type { OperationUsage, UsageReport } from '../reports/usageReport.ts';
import { groupNames, runValues } from './featureSections.ts';
import { P50, P95, SLOW, type Section } from './section.ts';

/** How fast each operation is, those first that most often took too long for Discord. */
export function speedSection(report: UsageReport): Section {
  const groupName = groupNames(report);
  return {
    title: 'Slowest first',
    one: 'speed',
    shown: 'full',
    columns: [
      { ...SLOW, wideOnly: false },
      P50,
      P95,
      ...(report.previous === null ? [] : [{ key: 'previousP95Ms', header: 'before' } as const])
    ],
    rows: report.features
      .filter(({ p95Ms }) => p95Ms !== null)
      .toSorted((a, b) => slowness(b, 'slowShare') - slowness(a, 'slowShare') || slowness(b, 'p95Ms') - slowness(a, 'p95Ms'))
      .map((one) => ({
        label: `${groupName(one)} ${one.operation}`,
        depth: 0,
        values: { ...runValues(one), previousP95Ms: one.previous?.p95Ms ?? null }
      })),
    ifEmpty: 'No run of these days has a duration.'
  };
}

function slowness(one: OperationUsage, key: 'slowShare' | 'p95Ms'): number {
  return one[key] ?? 0;
}
