import type { UsageReport } from '../reports/usageReport.ts';
import { alignColumns } from './columns.ts';
import { formatValue, qualityLines, summary, title } from './format.ts';
import { sectionsOf, type Section } from './sections.ts';

/** The report for a terminal or a text file. */
export function renderText(report: UsageReport): string {
  const blocks = [
    [title(report), summary(report)],
    ...sectionsOf(report).map(table),
    ['Quality of the data', ...qualityLines(report.quality).map((line) => `  ${line}`)]
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function table({ title: name, columns, rows }: Section): string[] {
  if (rows.length === 0) return [];
  return alignColumns([
    [name, ...columns.map(({ header }) => header)],
    ...rows.map(({ label, depth, values }) => [`${'  '.repeat(depth + 1)}${label}`, ...columns.map(({ key }) => formatValue(values, key))])
  ]);
}
