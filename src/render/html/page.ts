import type { UsageReport } from '../../reports/usageReport.ts';
import { formatValue } from '../format.ts';
import { escape } from '../markup.ts';
import { overviewOf, type Overview } from '../overview.ts';
import { operationName } from '../operationSections.ts';
import { sectionsOf, type Section, type Wanted } from '../sections.ts';
import { hasStar, STAR } from '../text.ts';
import { cardList, cell, dayFigure, operationTable, tableStart } from './charts.ts';
import { STYLE } from './style.ts';

const MOST_OPERATIONS = 10;

/** The report as one page of HTML that needs nothing else: no script, no other file, no network. */
export function renderHtml(report: UsageReport, wanted: Wanted = {}): string {
  const { operation } = wanted;
  const overview = overviewOf(report, MOST_OPERATIONS);
  const { period, compared, quality } = overview;
  const title = operation === undefined ? overview.title : operationName(operation);
  return `${[
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    // Were a name not escaped, it could do nothing all the same.
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>${escape(`${title}, ${period}`)}</title>`,
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    '<main>',
    `<header><h1>${escape(title)}</h1><p>${period} <span class="muted">· ${escape(compared)}</span></p></header>`,
    ...(operation === undefined ? atOneLook(overview) : [`<section>${dayFigure(operation.daily.toReversed())}</section>`]),
    ...sectionsOf(report, wanted).map(table),
    `<section><h2>Quality of the data</h2><ul>${quality.map((line) => `<li>${escape(line)}</li>`).join('')}</ul></section>`,
    '</main>',
    '</body>',
    '</html>'
  ]
    .filter((line) => line !== '')
    .join('\n')}\n`;
}

function atOneLook({ cards, days, operations, otherOperations }: Overview): string[] {
  return [cardList(cards), `<section>${dayFigure(days)}</section>`, operationTable(operations, otherOperations)];
}

function table(section: Section): string {
  const { title, one, columns, rows, ifEmpty } = section;
  if (rows.length === 0)
    return ifEmpty === undefined ? '' : `<section><h2>${escape(title)}</h2><p class="muted">${escape(ifEmpty)}</p></section>`;
  const hasGroups = rows.some(({ depth }) => depth === 1);
  const lines = rows.map(({ label, depth, values }) => {
    const kind = hasGroups ? ` class="${depth === 0 ? 'group' : 'inner'}"` : '';
    const cells = columns.map(({ key, header }) => cell(header, escape(formatValue(values, key))));
    return `<tr role="row"${kind}><th role="rowheader" scope="row">${escape(label)}</th>${cells.join('')}</tr>`;
  });
  const head = tableStart(title, [one.replaceAll('_', ' '), ...columns.map(({ header }) => header)]);
  const foot = hasStar(section) ? `<p class="muted">${escape(STAR)}</p>\n` : '';
  return `<section>\n${head}\n${lines.join('\n')}\n</tbody></table>\n${foot}</section>`;
}
