import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from './folder.ts';

/** What a question may be asked with. */
export interface BenchOptions {
  /** Rows of the largest table, or events of the largest queue, for a quick trial; `undefined` leaves it to the question. */
  readonly rows: number | undefined;
  /** The folder of another checkout, which takes turns with this one. */
  readonly against: string | undefined;
}

interface BenchArguments {
  readonly questions: readonly string[];
  readonly options: BenchOptions;
}

/** The bench can't be run so: the message says what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * Reads the command line. A question may be named by its beginning: `report` asks both of them. Without a name all are asked, or, against another
 * checkout, all that are comparable.
 * @throws {UsageError}
 */
export function readArguments(args: readonly string[], known: Readonly<Record<string, { readonly comparable: boolean }>>): BenchArguments {
  if (!existsSync(join(ROOT, 'bench/node_modules')))
    throw new UsageError("The bench's own packages are missing. Run: npm --prefix bench ci");
  const { positionals, values } = parse(args);
  const rows = values.rows === undefined ? undefined : Number(values.rows);
  if (rows !== undefined && !(Number.isInteger(rows) && rows >= 1_000)) throw new UsageError('--rows takes a whole number from 1000');
  const against = values.against === undefined ? undefined : resolve(values.against);
  if (against !== undefined && !existsSync(join(against, 'src'))) throw new UsageError('--against takes the folder of another checkout');
  const askable = Object.keys(known).filter((name) => against === undefined || known[name]?.comparable === true);
  const unknown = positionals.filter((start) => !askable.some((name) => name.startsWith(start)));
  if (unknown.length > 0) {
    const which = against === undefined ? '' : ' that takes --against';
    throw new UsageError(`There is no question ${unknown.join(', ')}${which}. The questions: ${askable.join(', ')}`);
  }
  const questions = askable.filter((name) => positionals.length === 0 || positionals.some((start) => name.startsWith(start)));
  return { questions, options: { rows, against } };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: { rows: { type: 'string' }, against: { type: 'string' } } });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}
