import type { UsageReport } from '../reports/usageReport.ts';
import { alignColumns } from './columns.ts';
import { formatValue, qualityLines, summary, title } from './format.ts';
import { operationName } from './operationSections.ts';
import { sectionsOf, type Row, type Section, type Wanted } from './sections.ts';

/** Colours a text: a heading, or a change that is good, bad or neither. */
export type Paint = (kind: 'heading' | 'better' | 'worse' | 'notable', text: string) => string;

export interface TextOptions extends Wanted {
  /** Default: no colours. */
  readonly paint?: Paint;
}

/** The report for a terminal or a text file. */
export function renderText(report: UsageReport, { paint = (_, text) => text, ...wanted }: TextOptions = {}): string {
  const { operation } = wanted;
  const sections = sectionsOf(report, wanted).filter(({ shown }) => shown !== 'full');
  const head =
    operation === undefined
      ? [paint('heading', title(report)), summary(report)]
      : [paint('heading', operationName(operation)), title(report)];
  const quality = [paint('heading', 'Quality of the data'), ...qualityLines(report.quality).map((line) => `  ${line}`)];
  const blocks = [head, ...sections.map((section) => table(section, paint)), quality].filter((lines) => lines.length > 0);
  return `${[...blocks, ...(sections.some(hasStar) ? [[STAR]] : [])].map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** What the star at a change means. */
export const STAR = '* at least 10 % from the days before, and more than chance from day to day explains';

/** Whether a change of this table has one. */
export function hasStar({ columns, rows }: Section): boolean {
  return columns.some(({ key }) => key === 'change') && rows.some(({ values }) => values.change?.isNotable === true);
}

function table({ title: name, columns, rows, ifEmpty }: Section, paint: Paint): string[] {
  if (rows.length === 0) return ifEmpty === undefined ? [] : [paint('heading', name), `  ${ifEmpty}`];
  return alignColumns([
    [paint('heading', name), ...columns.map(({ header }) => header)],
    ...rows.map((row) => [
      `${'  '.repeat(row.depth + 1)}${row.label}`,
      ...columns.map(({ key }) => {
        const text = formatValue(row.values, key);
        return key === 'change' && row.values.change?.isNotable === true ? paint(verdict(row), text) : text;
      })
    ])
  ]);
}

/** More runs are neither good nor bad; more failures are bad. */
function verdict({ values: { change, previousRate, previousInvokes } }: Row): 'better' | 'worse' | 'notable' {
  if (previousRate === undefined || previousInvokes !== undefined) return 'notable';
  return (change?.ratio ?? 1) > 0 ? 'worse' : 'better';
}
