import type { OperationUsage, UsageReport } from '../../reports/usageReport.ts';
import { digestSections } from '../digestSections.ts';
import { qualityLines, title, todayLines } from '../format.ts';
import { operationName, operationSections } from '../operationSections.ts';
import { comparedWith, NOTHING } from '../overview.ts';
import { sectionsOf, type Section } from '../sections.ts';
import { speedSection } from '../speedSection.ts';
import { operationHeadlines, reportHeadlines, type Headline } from './headline.ts';
import type { Page, ReportView } from './view.ts';

/** A part of a page below its head. */
export type Block = Section | { readonly title: string; readonly lines: readonly string[] };

/** What a message shows above its controls. */
export interface PageContent {
  readonly head: readonly string[];
  readonly blocks: readonly Block[];
}

/** Which tables of the report a page shows, by what one of their rows is called. */
const TABLES: Readonly<Record<Page, readonly string[]>> = {
  overview: ['change', 'operation', 'reach'],
  failures: ['provider_today', 'error_today', 'operation_error', 'provider', 'error_day', 'listener_error'],
  speed: ['speed'],
  unused: ['unused'],
  quality: ['day']
};
/** The table that a picture makes needless, since it shows the most used of them. */
const IN_PICTURE = 'operation';
const NO_FAILURE = 'Nothing failed in these days.';
const NOT_RUN = 'The operation that was looked into did not run in these days.';

/** A page of the report. */
export function pageContent(report: UsageReport, { page, operation }: ReportView, hasPicture: boolean): PageContent {
  const all = [...sectionsOf(report), speedSection(report)];
  const tables = TABLES[page]
    .flatMap((name) => all.filter(({ one }) => one === name))
    .filter(({ one, rows, ifEmpty }) => !(hasPicture && one === IN_PICTURE) && (rows.length > 0 || ifEmpty !== undefined));
  return {
    head: [
      `## ${title(report)}`,
      ...(operation === undefined ? [] : [NOT_RUN]),
      ...(page === 'overview' ? [...reportHeadlines(report).map(markdown), ...todayLines(report)] : []),
      ...(page === 'quality' ? [] : [`-# ${comparedWith(report)}`]),
      ...(page === 'overview' && report.features.length === 0 ? [NOTHING] : []),
      ...(page === 'failures' && tables.length === 0 ? [NO_FAILURE] : [])
    ],
    blocks: [...(page === 'quality' ? [qualityBlock(report)] : []), ...tables]
  };
}

/** What a digest says, besides its picture. */
export function digestContent(report: UsageReport): PageContent {
  return {
    head: [`## ${title(report)}`, ...reportHeadlines(report).map(markdown), `-# ${comparedWith(report)}`],
    blocks: [...digestSections(report), qualityBlock(report)]
  };
}

/** A look into one operation. */
export function operationContent(report: UsageReport, operation: OperationUsage): PageContent {
  return {
    head: [`## \`${operationName(operation)}\``, title(report), ...operationHeadlines(operation).map(markdown)],
    blocks: operationSections(report, operation).filter(({ one, rows, ifEmpty }) => one !== 'period' && (rows.length > 0 || ifEmpty))
  };
}

function qualityBlock({ quality }: UsageReport): Block {
  return { title: 'Quality of the data', lines: qualityLines(quality) };
}

/** A star, which marks what is notable, would else begin a text in italics. */
function markdown({ figure, more }: Headline): string {
  return [`**${figure}**`, ...more].join(' · ').replaceAll(/(?<!\*)\*(?!\*)/g, String.raw`\*`);
}
