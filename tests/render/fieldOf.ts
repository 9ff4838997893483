import { renderEmbed } from '../../src/render/embed.ts';
import type { UsageReport } from '../../src/reports/usageReport.ts';

/** The text of one field of a report's embed. */
export function fieldOf(report: UsageReport, field: string): string {
  return renderEmbed(report).fields.find(({ name }) => name === field)?.value ?? '';
}
