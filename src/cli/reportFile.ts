import { writeFileSync } from 'node:fs';
import { Option } from 'commander';
import { UsageError } from './errors.ts';

/** What a report may come as, besides text. */
const FORMATS = ['json', 'csv', 'html', 'svg', 'png'] as const;
export type Format = (typeof FORMATS)[number] | 'text';

/** Those that have room for a whole report alone. */
export const PICTURES = ['svg', 'png'] as const satisfies readonly Format[];

/** The options that name a format. A page and pictures may go into a file. */
export type FormatOptions = Partial<Record<(typeof FORMATS)[number], boolean | string>>;

const DESCRIPTIONS: Readonly<Record<(typeof FORMATS)[number], readonly [flags: string, description: string]>> = {
  json: ['--json', 'one JSON object'],
  csv: ['--csv', 'one CSV table'],
  html: ['--html [file]', 'one page for a browser'],
  svg: ['--svg [file]', 'a picture, as SVG'],
  png: ['--png [file]', 'a picture, as PNG; needs the package @resvg/resvg-js']
};

/** There is no file to be written there. The message says why. */
export class FileError extends Error {
  override readonly name = 'FileError';
}

/** An option for each format, of which one may be given. */
export function formatOptions(): Option[] {
  return FORMATS.map((format) => new Option(...DESCRIPTIONS[format]).conflicts(FORMATS.filter((other) => other !== format)));
}

/** Which format is asked for, and into which file; `undefined` for the standard output. */
export function targetOf(options: FormatOptions): { format: Format; file: string | undefined } {
  const format = FORMATS.find((one) => options[one] !== undefined) ?? 'text';
  const file = format === 'text' ? undefined : options[format];
  if (typeof file !== 'string') return { format, file: undefined };
  if (/^\d+$/.test(file))
    throw new UsageError(`A number after --${format} would be the name of a file: write the days first, report ${file} --${format}`);
  return { format, file };
}

/** Writes a report where it belongs. */
export function writeReport(content: string | Uint8Array, file: string | undefined): void {
  if (file === undefined) {
    if (typeof content !== 'string' && process.stdout.isTTY)
      throw new UsageError('A picture is no text for a terminal: name a file, --png report.png');
    process.stdout.write(content);
    return;
  }
  try {
    writeFileSync(file, content);
  } catch (error) {
    throw new FileError(`The file ${file} can't be written: ${(error as NodeJS.ErrnoException).code ?? 'no reason is known'}`);
  }
}
