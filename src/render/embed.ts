import type { UsageReport } from '../reports/usageReport.ts';
import { digestSections } from './digestSections.ts';
import { fencedTable } from './fencedTable.ts';
import { qualityLines, summary, title, todayLines } from './format.ts';
import { sectionsOf, type Section } from './sections.ts';

/** Discord takes 1,024 characters a field and 6,000 in all; five full tables and the rest stay below that. */
const FIELD_LENGTH = 1024;
const TABLE_LENGTH = 960;
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
  return embedOf(
    report,
    sectionsOf(report).filter(({ shown }) => shown === 'always')
  );
}

/** A digest of it as an embed. */
export function renderDigestEmbed(report: UsageReport): ReportEmbed {
  return embedOf(report, digestSections(report));
}

function embedOf(report: UsageReport, sections: readonly Section[]): ReportEmbed {
  const fields = [
    ...sections.flatMap(field),
    { name: 'Quality of the data', value: qualityLines(report.quality).join('\n').slice(0, FIELD_LENGTH) }
  ];
  return { title: title(report), description: [summary(report), ...todayLines(report)].join('\n'), color: BLURPLE, fields };
}

function field({ title: name, rows, ...section }: Section): ReportEmbed['fields'] {
  return rows.length === 0 ? [] : [{ name, value: fencedTable({ ...section, rows }, TABLE_LENGTH) }];
}
