import type { UsageReport } from '../reports/usageReport.ts';
import type { Wanted } from './sections.ts';

/** The report as one JSON object, which has the period before in it; of one operation its days and what the report has of it. */
export function renderJson(report: UsageReport, { operation }: Pick<Wanted, 'operation'> = {}): string {
  const { days, from, to } = report;
  return `${JSON.stringify(operation === undefined ? report : { days, from, to, ...operation }, null, 2)}\n`;
}
