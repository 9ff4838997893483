import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atEnd } from './cleanup.ts';

/** A folder that is gone when the bench ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'telemetry-bench-'));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
