import { BOLD, REGULAR } from './fontWidths.ts';

/** How a text is set. */
export interface Face {
  readonly size: number;
  /** For our own words alone: the bold font has no letters of names. */
  readonly isBold?: boolean;
}

const WIDTHS = { regular: widthsOf(REGULAR), bold: widthsOf(BOLD) };
/** As wide as the characters of East Asia are, and wider than most: nobody knows which font will have it. */
const FOREIGN = 1000;

/** Whether the font that ships with the package has every character. */
export function isInFont(text: string): boolean {
  // Nearly all is ASCII, which it has.
  return (text.match(/[^ -~]/gu) ?? []).every((character) => WIDTHS.regular.has(codePointOf(character)));
}

/** How wide a text is. A character that is not in the font is taken to be as wide as those of East Asia. */
export function widthOf(text: string, { size, isBold = false }: Face): number {
  const widths = isBold ? WIDTHS.bold : WIDTHS.regular;
  let sum = 0;
  for (const character of text) sum += widths.get(codePointOf(character)) ?? (/\p{M}/u.test(character) ? 0 : FOREIGN);
  return (sum * size) / 1000;
}

/** `text`, or as much of it as leaves room for `…` within `width`. */
export function fitText(text: string, width: number, face: Face): string {
  if (widthOf(text, face) <= width) return text;
  let left = width - widthOf('…', face);
  let fitted = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    left -= widthOf(segment, face);
    if (left < 0) break;
    fitted += segment;
  }
  return `${fitted}…`;
}

/** The words of `text` in lines that are not wider than `width`, as long as no word is. */
export function wrapText(words: string, width: number, face: Face): string[] {
  const lines: string[] = [];
  for (const word of words.split(' ')) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && widthOf(longer, face) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

function codePointOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}

function widthsOf(table: typeof REGULAR): ReadonlyMap<number, number> {
  return new Map(table.flatMap(([first, widths]) => widths.map((width, index): [number, number] => [first + index, width])));
}
