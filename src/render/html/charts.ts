import { axisMarks, shortCount, shortDay } from '../axis.ts';
import type { Comparison } from '../comparison.ts';
import { count, duration, plural, rate } from '../format.ts';
import { escape } from '../markup.ts';
import { NOTHING, type Card, type DayBar, type OperationBar } from '../overview.ts';

/** So many day labels stand side by side on a phone. */
const MOST_LABELS = 4;
/** Fewer days than this leave room at both sides, lest their bars be as wide as doors. */
const FEWEST_SLOTS = 9;
/** A table has room for so many, with that of the names, on a page that is wide enough for tables. */
const MOST_COLUMNS = 9;
const SLOT = 10;
const BAR = 7;
const HEIGHT = 100;
const LONGEST_BAR = 65;

/** The headline figures. */
export function cardList(cards: readonly Card[]): string {
  const items = cards.map(
    ({ label, value, comparison, detail }) =>
      `<div><dt>${escape(label)}</dt><dd class="value" style="--signs:${value.length}">${escape(value)}</dd>` +
      `${comparison === null ? '' : `<dd>${compared(comparison)}</dd>`}<dd class="muted">${escape(detail)}</dd></div>`
  );
  return `<dl class="cards">${items.join('')}</dl>`;
}

/** The runs of each day, those that failed upon those that succeeded. Shapes are stretched to the width of the page, words are not. */
export function dayFigure(days: readonly DayBar[]): string {
  const most = Math.max(0, ...days.map(({ successes, failures }) => successes + failures));
  const marks = most === 0 ? [0] : axisMarks(most);
  const top = Math.max(1, ...marks);
  const slots = Math.max(FEWEST_SLOTS, days.length);
  const first = (slots - days.length) / 2;
  const lines = marks.map((mark) => `<line x1="0" x2="${slots * SLOT}" y1="${level(mark, top)}" y2="${level(mark, top)}"/>`);
  const bars = days.map((day, index) => bar(day, (first + index + 0.5) * SLOT - BAR / 2, top));
  const step = Math.ceil(days.length / MOST_LABELS);
  const labels = days.flatMap(({ day }, index) => {
    if ((days.length - 1 - index) % step !== 0) return [];
    const middle = (((first + index + 0.5) / slots) * 100).toFixed(2);
    return [`<span style="left:clamp(1.4rem,${middle}%,100% - 1.4rem)">${shortDay(day)}</span>`];
  });
  return [
    '<figure><figcaption class="top"><h2>Runs per day</h2><span class="legend">',
    '<span><i class="success"></i>succeeded</span><span><i class="failure"></i>failed</span></span></figcaption>',
    `<div class="plot" role="img" aria-label="Runs per day, at most ${count(most)}: the table of days has the figures">`,
    `<div class="marks">${marks.map((mark) => `<span>${shortCount(mark)}</span>`).join('')}</div>`,
    `<div class="field"><svg viewBox="0 0 ${slots * SLOT} ${HEIGHT}" preserveAspectRatio="none">${lines.join('')}${bars.join('')}</svg>`,
    `${most === 0 ? `<span class="nothing">${NOTHING}</span>` : ''}</div>`,
    `<div class="days">${labels.join('')}</div></div></figure>`
  ].join('');
}

/** The operations that were used most, with a bar each. */
export function operationTable(operations: readonly OperationBar[], others: number): string {
  if (operations.length === 0) return '';
  const most = Math.max(1, ...operations.map(({ runs }) => runs));
  const rows = operations.map(
    ({ group, operation, runs, runsChange, successChange, ...one }) =>
      `<tr role="row"><th role="rowheader" scope="row"><span class="muted">${escape(group)}</span> ${escape(operation)}</th>` +
      `<td role="cell" class="bar"><b style="width:${((runs / most) * LONGEST_BAR).toFixed(1)}%"></b>${count(runs)}</td>` +
      cell('change', runsChange === null ? '' : compared(runsChange)) +
      cell('success', successChange === null ? rate(one) : compared({ ...successChange, text: `${successChange.arrow} ${rate(one)}` })) +
      `${cell('p50', duration(one.p50Ms))}${cell('p95', duration(one.p95Ms))}</tr>`
  );
  return [
    '<section>',
    tableStart('Most used', ['operation', 'runs', 'change', 'success', 'p50', 'p95'], 1),
    ...rows,
    '</tbody></table>',
    others > 0 ? `<p class="muted">and ${plural(others, 'other operation')}, below</p>` : '',
    '</section>'
  ].join('');
}

/**
 * The beginning of a table up to its first row. Its roles are named, since a narrow page lays it out as blocks.
 * @param barColumn which column has bars, if any.
 */
export function tableStart(title: string, headers: readonly string[], barColumn?: number): string {
  const cells = headers.map(
    (name, index) => `<th role="columnheader" scope="col"${index === barColumn ? ' class="bar"' : ''}>${escape(name)}</th>`
  );
  return (
    `<table role="table"${headers.length > MOST_COLUMNS ? ' class="wide"' : ''}><caption><h2>${escape(title)}</h2></caption>` +
    `<thead role="rowgroup"><tr role="row">${cells.join('')}</tr></thead><tbody role="rowgroup">`
  );
}

/** A cell that says on a narrow page, where there is no head, what it is. */
export function cell(label: string, content: string): string {
  return `<td role="cell"${content === '' ? '' : ` data-label="${escape(label)}"`}>${content}</td>`;
}

/** A colour alone tells nothing to many: the arrow stands in the text. */
function compared({ text, verdict }: Comparison): string {
  return `<span class="${verdict ?? 'muted'}">${escape(text)}</span>`;
}

function bar({ day, successes, failures }: DayBar, x: number, top: number): string {
  const foot = level(successes, top);
  const head = level(successes + failures, top);
  const words = `${shortDay(day)}: ${count(successes)} succeeded, ${count(failures)} failed`;
  const shape = (kind: string, y: number, height: number): string =>
    height > 0 ? `<rect class="${kind}" x="${x}" y="${y}" width="${BAR}" height="${height.toFixed(2)}"/>` : '';
  return `<g><title>${words}</title>${shape('success', foot, HEIGHT - foot)}${shape('failure', head, foot - head)}</g>`;
}

function level(runs: number, top: number): number {
  return Math.round((1 - runs / top) * HEIGHT * 100) / 100;
}
