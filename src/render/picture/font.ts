import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the font that ships with the package is called. */
export const FONT = 'Telemetry Sans';

/** A bundle has no `import.meta.url` if esbuild made it for CommonJS. */
const HERE = dirname(typeof __filename === 'string' ? __filename : fileURLToPath(import.meta.url));
/** Beside this file in the sources, once for both builds in the package. */
const FOLDERS = [join(HERE, 'font'), join(HERE, '../../../font')];
const FILES = [
  { file: 'TelemetrySans-Regular.ttf', weight: 400 },
  { file: 'TelemetrySans-SemiBold.ttf', weight: 600 }
] as const;

/** The files of the font; none in a bundle. */
export function fontFiles(): { readonly path: string; readonly weight: number }[] {
  const folder = FOLDERS.find((one) => existsSync(one));
  return folder === undefined ? [] : FILES.map(({ file, weight }) => ({ path: join(folder, file), weight }));
}

/** The font as a part of an SVG, for programs that have only the one file. */
export function fontStyle(): string {
  const faces = fontFiles().map(
    ({ path, weight }) =>
      `@font-face{font-family:'${FONT}';font-weight:${weight};src:url(data:font/ttf;base64,${readFileSync(path, 'base64')}) format('truetype')}`
  );
  return `<style>${faces.join('')}</style>`;
}
