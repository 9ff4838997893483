import { alignColumns, clip } from './columns.ts';
import { count, formatValue } from './format.ts';
import type { Section } from './section.ts';

const FENCE = '```';
const MORE = '… and 1,000,000 more';
/** In cells. What is wider is out of sight on a phone; the fewer columns, the more of it is the name's. */
const LINE_WIDTH = 56;
const COLUMN_WIDTH = 9;
const NAME_WIDTH = 24;
/** Of a text that is no name of a row. */
const CELL_WIDTH = 32;
/** No line is shorter, with its end. */
const SHORTEST_LINE = 6;

/** The rows of a section as a code block of Discord's, in at most `room` characters. Where some do not fit, the last line says how many. */
export function fencedTable({ columns, rows }: Pick<Section, 'columns' | 'rows'>, room: number): string {
  const narrow = columns.filter(({ wideOnly }) => wideOnly !== true);
  const nameWidth = Math.max(NAME_WIDTH, LINE_WIDTH - narrow.length * COLUMN_WIDTH);
  const [head = '', ...lines] = alignColumns([
    ['', ...narrow.map(({ header }) => header)],
    ...rows
      .slice(0, Math.ceil(room / SHORTEST_LINE))
      .map(({ label, depth, values }) => [
        `${depth === 1 ? '· ' : ''}${clip(label, nameWidth)}`,
        ...narrow.map(({ key }) => clip(formatValue(values, key), CELL_WIDTH))
      ])
  ]);
  const kept = [head];
  let left = room - 2 * (FENCE.length + 1) - MORE.length - head.length - 1;
  for (const line of lines) {
    left -= line.length + 1;
    if (left < 0) break;
    kept.push(line);
  }
  const more = rows.length - (kept.length - 1);
  return [FENCE, ...kept, ...(more > 0 ? [`… and ${count(more)} more`] : []), FENCE].join('\n');
}
