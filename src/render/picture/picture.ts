import type { UsageReport } from '../../reports/usageReport.ts';
import { escape } from '../markup.ts';
import { MOST_IN_PICTURE, overviewOf, type Overview } from '../overview.ts';
import { drawCards } from './cards.ts';
import { drawDays } from './dayChart.ts';
import { FONT, fontStyle } from './font.ts';
import { drawOperations } from './operationRows.ts';
import { COLOURS, INNER, MARGIN, moved, rect, text, WIDTH, type Part } from './svg.ts';
import { widthOf, wrapText } from './textWidth.ts';

const GAP = 26;

/**
 * The picture of a report as SVG: headline figures, runs per day, the operations that were used most. Its texts are measured in the font that ships
 * with the package, and that is a part of the file.
 */
export function renderSvg(report: UsageReport): string {
  return `${drawSvg(overviewOf(report, MOST_IN_PICTURE), fontStyle())}\n`;
}

/** The same without a break of line, for a program that has the font. */
export function drawSvg(overview: Overview, style = ''): string {
  const parts = [
    drawHead(overview),
    drawCards(overview.cards),
    drawDays(overview.days),
    drawOperations(overview.operations, overview.otherOperations),
    drawFoot(overview)
  ].filter(({ height }) => height > 0);
  let y = MARGIN;
  const drawn = parts.map((part) => {
    const at = y;
    y += part.height + GAP;
    return moved(at, part.svg);
  });
  const height = Math.ceil(y - GAP + MARGIN);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img"`,
    ` aria-labelledby="title summary" font-family="'${FONT}', Inter, sans-serif">`,
    `<title id="title">${escape(`${overview.title}, ${overview.period}`)}</title><desc id="summary">${escape(overview.summary)}</desc>${style}`,
    rect({ x: 0, y: 0, width: WIDTH, height }, COLOURS.ground, 14),
    ...drawn,
    '</svg>'
  ].join('');
}

function drawHead({ title, period, compared }: Overview): Part {
  const name = { size: 20, isBold: true };
  const small = { size: 11.5, anchor: 'end' } as const;
  const room = INNER - widthOf(title, name) - MARGIN;
  const right = MARGIN + INNER;
  const lines = [
    text(MARGIN, 16, title, name),
    text(right, 6, period, small),
    text(right, 22, compared, { ...small, fill: COLOURS.muted, width: room })
  ];
  return { height: 20, svg: lines.join('') };
}

/** How far the numbers can be trusted, in as many lines as it takes. */
function drawFoot({ quality }: Overview): Part {
  const face = { size: 11, fill: COLOURS.muted };
  const lines = wrapText(quality.join(' '), INNER, face);
  return { height: lines.length * 16 - 6, svg: lines.map((line, index) => text(MARGIN, 10 + index * 16, line, face)).join('') };
}
