import { chmod, mkdtemp, readFile, realpath, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MEMORY = '/dev/shm';
/** Several times what the tests ever hold at once. */
const ENOUGH_BYTES = 4 * 1024 ** 3;

/** A new folder for all that a run of tests writes: in memory where this machine has enough, since most of what a database costs is its files. */
export async function makeTemporaryRoot(): Promise<string> {
  const parent = (await isRoomy()) ? MEMORY : await realpath(tmpdir());
  const folder = await mkdtemp(join(parent, 'telemetry-tests-'));
  // Servers that run under an account of their own have folders in it.
  await chmod(folder, 0o755);
  return folder;
}

/** Programs must run there, too, which many containers forbid. A TMPDIR of the developer's stands. */
async function isRoomy(): Promise<boolean> {
  if (process.env['TMPDIR'] !== undefined) return false;
  const { bavail, bsize } = await statfs(MEMORY).catch(() => ({ bavail: 0, bsize: 0 }));
  const mounts = await readFile('/proc/mounts', 'utf8').catch(() => '');
  const [, options = 'noexec'] = /^\S+ \/dev\/shm tmpfs (\S+)/m.exec(mounts) ?? [];
  return bavail * bsize >= ENOUGH_BYTES && !options.split(',').includes('noexec');
}
