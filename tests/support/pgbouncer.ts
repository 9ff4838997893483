import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './bot.ts';
import { serverAccount } from './postgresBinaries.ts';
import { freePort } from './postgresSettings.ts';
import { runSql } from './postgresSql.ts';
import { atSuiteEnd } from './postgresSuite.ts';

/** Ends the pooler when the pipe of its standard input closes: it never outlives who started it. */
const LEASHED = '"$@" & cat > /dev/null; kill $!; wait';

/** A database behind the pooler, and how many connections to the server its clients share. */
export interface Pooled {
  readonly url: string;
  readonly mode: 'session' | 'transaction';
  readonly size: number;
}

function find(): string | undefined {
  // Debian puts it where only root's PATH leads.
  return ['pgbouncer', '/usr/sbin/pgbouncer'].find((command) => spawnSync(command, ['--version']).status === 0);
}

/** Whether this machine has a PgBouncer to start. */
export function hasPgBouncer(): boolean {
  return find() !== undefined;
}

/** The PgBouncer of this machine, which is real, with the defaults of its package. Returns the URL of each database by way of it. */
export async function startPgBouncer(databases: readonly Pooled[]): Promise<string[]> {
  const [account, port] = [await serverAccount(), await freePort()];
  const folder = await mkdtemp(join(await realpath(tmpdir()), 'telemetry-pgbouncer-'));
  const urls = databases.map(({ url }) => new URL(url));
  const lines = urls.map(({ hostname, port: server, pathname }, index) => {
    const { mode, size } = databases[index] as Pooled;
    return `${pathname.slice(1)} = host=${hostname} port=${server} pool_mode=${mode} pool_size=${size}`;
  });
  const files = {
    'users.txt': urls.map(({ username, password }) => `"${username}" "${password}"`)[0] ?? '',
    'pgbouncer.ini': `[databases]\n${lines.join('\n')}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = ${port}\nunix_socket_dir =\nauth_file = ${join(folder, 'users.txt')}\n`
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  if (account.uid !== undefined && account.gid !== undefined)
    for (const path of ['', ...Object.keys(files)]) await chown(join(folder, path), account.uid, account.gid);
  const command = ['-c', LEASHED, 'sh', find() ?? '', join(folder, 'pgbouncer.ini')];
  const pooler = spawn('sh', command, { ...account, cwd: folder, stdio: ['pipe', 'ignore', 'ignore'] });
  atSuiteEnd(() => stop(pooler, folder));
  const pooled = urls.map((url) => Object.assign(new URL(url), { host: `127.0.0.1:${port}` }).href);
  await until(() =>
    runSql(pooled[0] ?? '', 'select 1').then(
      () => true,
      () => false
    )
  );
  return pooled;
}

async function stop(pooler: ChildProcess, folder: string): Promise<void> {
  if (pooler.exitCode === null) {
    const ended = once(pooler, 'exit');
    pooler.stdin?.end();
    await ended;
  }
  await rm(folder, { recursive: true, force: true });
}
