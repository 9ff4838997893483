import { byFeature, columns, count, duration, qualityLines, rate, summary, title } from './format.ts';
import type { UsageReport } from './usageReport.ts';

/** The report for a terminal or a text file. */
export function renderText(report: UsageReport): string {
  const sections = [
    [title(report), summary(report)],
    table('Features', ['', 'runs', 'success', 'failed', 'p50', 'p95'], featureRows(report)),
    table(
      'Providers',
      ['', 'runs', 'success', 'failed'],
      report.providers.map((row) => [row.provider, count(row.successes + row.failures), rate(row), count(row.failures)])
    ),
    table(
      'Errors',
      ['', 'status', 'count'],
      report.errors.map((row) => [row.errorType, row.status, count(row.count)])
    ),
    table(
      'Days',
      ['', 'events', 'successes', 'failures'],
      report.daily.map((row) => [row.day, count(row.events), count(row.successes), count(row.failures)])
    ),
    ['Quality of the data', ...qualityLines(report.quality).map((line) => `  ${line}`)]
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function featureRows(report: UsageReport): string[][] {
  return byFeature(report).flatMap((group) => [
    [group.name, count(group.invokes), rate(group), count(group.failures), '', ''],
    ...group.operations.map((row) => [
      `  ${row.operation}`,
      count(row.invokes),
      rate(row),
      count(row.failures),
      duration(row.p50Ms),
      duration(row.p95Ms)
    ])
  ]);
}

function table(name: string, header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return rows.length === 0 ? [] : columns([[name, ...header.slice(1)], ...rows.map(([first = '', ...rest]) => [`  ${first}`, ...rest])]);
}
