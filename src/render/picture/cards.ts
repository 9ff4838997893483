import type { Comparison } from '../comparison.ts';
import type { Card } from '../overview.ts';
import { COLOURS, INNER, MARGIN, rect, text, type Part } from './svg.ts';
import { widthOf } from './textWidth.ts';

const GAP = 12;
const PADDING = 14;
const LINE = 17;
const FIRST_LINE = 76;
const LARGEST = 25;

const VERDICTS: Readonly<Record<NonNullable<Comparison['verdict']>, string>> = {
  better: COLOURS.better,
  worse: COLOURS.worse,
  notable: COLOURS.text
};

/** The headline figures side by side, each with what it was before. */
export function drawCards(cards: readonly Card[]): Part {
  const width = (INNER - GAP * (cards.length - 1)) / cards.length;
  const lines = Math.max(...cards.map((card) => linesOf(card).length));
  const height = FIRST_LINE + (lines - 1) * LINE + PADDING;
  const svg = cards.map((card, index) => {
    const x = MARGIN + index * (width + GAP);
    const inside = { width: width - 2 * PADDING };
    return [
      rect({ x, y: 0, width, height }, COLOURS.panel, 10),
      text(x + PADDING, 26, card.label, { size: 12, fill: COLOURS.muted, ...inside }),
      text(x + PADDING, 55, card.value, { size: sizeOf(card.value, inside.width), isBold: true }),
      ...linesOf(card).map(({ content, fill }, at) => text(x + PADDING, FIRST_LINE + at * LINE, content, { size: 11.5, fill, ...inside }))
    ].join('');
  });
  return { height, svg: svg.join('') };
}

/** A number is never cut: one that is too wide becomes smaller. */
function sizeOf(value: string, width: number): number {
  return Math.min(LARGEST, Math.floor((LARGEST * width) / widthOf(value, { size: LARGEST, isBold: true })));
}

function linesOf({ comparison, detail }: Card): { content: string; fill: string }[] {
  const lines = comparison === null ? [] : [{ content: comparison.text, fill: colourOf(comparison) }];
  return [...lines, { content: detail, fill: COLOURS.muted }];
}

/** A change that may be chance is no brighter than what stands around it. */
export function colourOf({ verdict }: Comparison): string {
  return verdict === null ? COLOURS.muted : VERDICTS[verdict];
}
