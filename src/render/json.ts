import type { UsageReport } from '../reports/usageReport.ts';

/** The report as one JSON object. */
export function renderJson(report: UsageReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
