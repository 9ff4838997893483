import { byFeature, columns, count, duration, qualityLines, rate, summary, title } from './format.ts';
import type { UsageReport } from './usageReport.ts';

/** Discord takes 1,024 characters a field and 6,000 in all; five full fields and the rest stay below that. */
const FIELD_LENGTH = 1024;
const NAME_LENGTH = 24;
const FENCE = '```';
const BLURPLE = 0x58_65_f2;

/** The parts of a Discord embed that a report uses. */
export interface ReportEmbed {
  readonly title: string;
  readonly description: string;
  readonly color: number;
  readonly fields: { readonly name: string; readonly value: string }[];
}

/** The report as an embed. Where a table does not fit, its last line says how many rows were left out. */
export function renderEmbed(report: UsageReport): ReportEmbed {
  const features = byFeature(report).flatMap((group) => [
    [clip(group.name), count(group.invokes), rate(group), '', ''],
    ...group.operations.map((row) => [`· ${clip(row.operation)}`, count(row.invokes), rate(row), duration(row.p50Ms), duration(row.p95Ms)])
  ]);
  const fields = [
    block('Features', ['', 'runs', 'success', 'p50', 'p95'], features),
    block(
      'Providers',
      ['', 'runs', 'success'],
      report.providers.map((row) => [clip(row.provider), count(row.successes + row.failures), rate(row)])
    ),
    block(
      'Errors',
      ['', 'count'],
      report.errors.map((row) => [clip(row.errorType), count(row.count)])
    ),
    block(
      'Days',
      ['', 'events', 'failures'],
      report.daily.map((row) => [row.day, count(row.events), count(row.failures)])
    ),
    [{ name: 'Quality of the data', value: qualityLines(report.quality).join('\n').slice(0, FIELD_LENGTH) }]
  ];
  return { title: title(report), description: summary(report), color: BLURPLE, fields: fields.flat() };
}

function block(name: string, header: readonly string[], rows: readonly (readonly string[])[]): ReportEmbed['fields'] {
  if (rows.length === 0) return [];
  const lines = columns([header, ...rows]);
  const kept: string[] = [];
  let left = FIELD_LENGTH - 2 * FENCE.length - '\n… and 1,000,000 more\n'.length;
  for (const line of lines) {
    left -= line.length + 1;
    if (left < 0) break;
    kept.push(line);
  }
  const more = lines.length - kept.length;
  return [{ name, value: [FENCE, ...kept, ...(more > 0 ? [`… and ${count(more)} more`] : []), FENCE].join('\n') }];
}

/** A name that would push the numbers out of sight on a phone. */
function clip(name: string): string {
  const characters = [...name];
  return characters.length <= NAME_LENGTH ? name : `${characters.slice(0, NAME_LENGTH - 1).join('')}…`;
}
