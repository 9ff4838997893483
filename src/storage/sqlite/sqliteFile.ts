import { accessSync, chmodSync, constants, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Where SQLite finds a file, and whether it may only read it. */
export interface Opening {
  readonly location: string | URL;
  readonly readOnly: boolean;
}

/** Of a file whose journal can be made beside it. */
export function toWrite(file: string): Opening {
  return { location: file, readOnly: false };
}

/** Of a file that was made before: it can be read also where this process may change neither it nor its folder, as on a mount that is read-only. */
export function toReadAtLeast(file: string): Opening {
  if (isWritable(file) && isWritable(dirname(file))) return toWrite(file);
  // Without a journal nobody writes: then SQLite need not make one to see that.
  return existsSync(`${file}-wal`)
    ? { location: file, readOnly: true }
    : { location: new URL('?immutable=1', pathToFileURL(file)), readOnly: true };
}

/** Takes the rights of others away. Returns what they may do where that can't be done: on some mounts, and to a file of somebody else. */
export function keepToOneself(file: string): string {
  try {
    chmodSync(file, 0o600);
    return '';
  } catch {
    const mode = statSync(file).mode % 0o1000;
    return mode % 0o100 === 0 ? '' : ` (others may read or change it: its mode is ${mode.toString(8)}, which this process may not change)`;
  }
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
