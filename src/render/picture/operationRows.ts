import type { Comparison } from '../comparison.ts';
import { count, duration, plural, rate } from '../format.ts';
import type { OperationBar } from '../overview.ts';
import { colourOf } from './cards.ts';
import { heading } from './dayChart.ts';
import { COLOURS, MARGIN, rect, text, twoNames, WIDTH, type Part } from './svg.ts';
import { widthOf } from './textWidth.ts';

const TOP = 26;
const ROW = 26;
const NAMES = 236;
const BARS = { x: MARGIN + NAMES + 14, width: 190 };
const BODY = { size: 12.5 };
const SMALL = { size: 11, fill: COLOURS.muted };
/** The columns after the bars, by where they end. */
const COLUMNS = [
  { header: 'success', end: WIDTH - MARGIN - 136 },
  { header: 'p50', end: WIDTH - MARGIN - 68 },
  { header: 'p95', end: WIDTH - MARGIN }
] as const;

/** The operations that were used most, with their success and speed. */
export function drawOperations(operations: readonly OperationBar[], others: number): Part {
  if (operations.length === 0) return { height: 0, svg: '' };
  const runsWidth = Math.max(...operations.map((one) => widthOf(runsText(one), BODY)));
  const longest = BARS.width - runsWidth - 8;
  const most = Math.max(1, ...operations.map(({ runs }) => runs));
  const headers = COLUMNS.map(({ header, end }) => text(end, 14, header, { ...SMALL, anchor: 'end' }));
  const rows = operations.map((one, index) => {
    const y = TOP + index * ROW;
    const bar = { x: BARS.x, y: y + 8, width: Math.max(2, (one.runs / most) * longest), height: 10 };
    const cells = [
      { content: successText(one), fill: fillOf(one.successChange) },
      { content: duration(one.p50Ms), fill: COLOURS.text },
      { content: duration(one.p95Ms), fill: COLOURS.text }
    ];
    return [
      index > 0 ? rect({ x: MARGIN, y: y - 0.5, width: WIDTH - 2 * MARGIN, height: 1 }, COLOURS.panel) : '',
      twoNames(one.group, one.operation, { x: MARGIN, y, width: NAMES, height: ROW }, BODY),
      rect(bar, COLOURS.success, 2),
      text(bar.x + bar.width + 8, y + 17.5, runsText(one), { ...BODY, fill: fillOf(one.runsChange) }),
      ...cells.map(({ content, fill }, at) => text(COLUMNS[at]?.end ?? 0, y + 17.5, content, { ...BODY, fill, anchor: 'end' }))
    ].join('');
  });
  const foot = others > 0 ? text(MARGIN, TOP + operations.length * ROW + 18, `and ${plural(others, 'other operation')}`, SMALL) : '';
  return {
    height: TOP + operations.length * ROW + (others > 0 ? 24 : 0),
    svg: [heading('Most used'), text(BARS.x, 14, 'runs', SMALL), ...headers, ...rows, foot].join('')
  };
}

/** With an arrow where they have notably changed, for who sees no colours. */
function runsText({ runs, runsChange }: OperationBar): string {
  return `${count(runs)} ${runsChange?.arrow ?? ''}`.trimEnd();
}

function successText({ successChange, ...outcomes }: OperationBar): string {
  return `${successChange?.arrow ?? ''} ${rate(outcomes)}`.trimStart();
}

function fillOf(change: Comparison | null): string {
  return change === null ? COLOURS.text : colourOf(change);
}
