import type { UsageReport } from '../reports/usageReport.ts';
import { alignColumns, clip } from './columns.ts';
import { count, formatValue, qualityLines, summary, title, todayLines } from './format.ts';
import { sectionsOf, type Section } from './sections.ts';

/** Discord takes 1,024 characters a field and 6,000 in all; five full tables and the rest stay below that. */
const FIELD_LENGTH = 1024;
const TABLE_LENGTH = 960;
/** A name that is wider, in cells, would push the numbers out of sight on a phone. */
const NAME_WIDTH = 24;
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
  const fields = [
    ...sectionsOf(report)
      .filter(({ shown }) => shown === 'always')
      .flatMap(field),
    { name: 'Quality of the data', value: qualityLines(report.quality).join('\n').slice(0, FIELD_LENGTH) }
  ];
  return { title: title(report), description: [summary(report), ...todayLines(report)].join('\n'), color: BLURPLE, fields };
}

function field({ title: name, columns, rows }: Section): ReportEmbed['fields'] {
  if (rows.length === 0) return [];
  const narrow = columns.filter(({ wideOnly }) => wideOnly !== true);
  const lines = alignColumns([
    ['', ...narrow.map(({ header }) => header)],
    ...rows.map(({ label, depth, values }) => [
      `${depth === 1 ? '· ' : ''}${clip(label, NAME_WIDTH)}`,
      ...narrow.map(({ key }) => formatValue(values, key))
    ])
  ]);
  const kept: string[] = [];
  let left = TABLE_LENGTH - 2 * FENCE.length - '\n… and 1,000,000 more\n'.length;
  for (const line of lines) {
    left -= line.length + 1;
    if (left < 0) break;
    kept.push(line);
  }
  const more = lines.length - kept.length;
  return [{ name, value: [FENCE, ...kept, ...(more > 0 ? [`… and ${count(more)} more`] : []), FENCE].join('\n') }];
}
