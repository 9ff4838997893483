import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import manifest from '../../package.json' with { type: 'json' };

const ROOT = new URL('../../', import.meta.url);

/** The path of a file or folder of this repository. */
export function inRepository(path: string): string {
  return fileURLToPath(new URL(path, ROOT));
}

/** The text of a file of this repository. */
export function readDocument(path: string): Promise<string> {
  return readFile(new URL(path, ROOT), 'utf8');
}

/** The file of the built command line. */
export const COMMAND_LINE = inRepository(manifest.bin['sapphire-telemetry']);
