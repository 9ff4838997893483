import * as loaded from 'string-width';

const { default: loadedDefault } = loaded as { readonly default: typeof loaded.default | typeof loaded };
/** In the CommonJS build the default of an ES module is the module. */
const stringWidth = typeof loadedDefault === 'function' ? loadedDefault : loadedDefault.default;

/** Pads columns to the width of their widest cell, as a terminal shows it; the first stands left, numbers stand right. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, stringWidth(cell));
  return rows.map((row) =>
    row
      .map((cell, index) => {
        const room = ' '.repeat((widths[index] ?? 0) - stringWidth(cell));
        return index === 0 ? cell + room : room + cell;
      })
      .join('  ')
      .trimEnd()
  );
}

/** `text`, or as much of it as leaves room for `…` within `width`: that of `widthOf`, by default in cells of a terminal. */
export function clip(text: string, width: number, widthOf: (text: string) => number = stringWidth): string {
  if (widthOf(text) <= width) return text;
  let clipped = '';
  let used = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    used += widthOf(segment);
    if (used >= width) break;
    clipped += segment;
  }
  return `${clipped}…`;
}
