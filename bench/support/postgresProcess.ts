/**
 * The process that looks after the PostgreSQL server of a bench: an ordinary one, unlike that of the tests, which loses its data with the
 * machine's power. When the channel to its parent closes, for whatever reason, it stops the server and removes the server's folder.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { serverAccount, usableBinaries } from '../../tests/support/postgresBinaries.ts';
import { environment, freePort, initdbArguments, serverArguments } from '../../tests/support/postgresSettings.ts';

/** The last setting of a name is the one in force. */
const ORDINARY = ['fsync=on', 'full_page_writes=on', 'synchronous_commit=on', 'timezone=UTC'];
const PASSWORD = 'bench';

const account = await serverAccount();
const folder = await mkdtemp(join(await realpath(tmpdir()), 'telemetry-bench-postgres-'));
let stopServer = async (): Promise<void> => undefined;

const leave = async (): Promise<void> => {
  await stopServer();
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  process.exit();
};
process.once('disconnect', () => void leave());
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void leave());

// The server's account has to read what is written here.
process.umask(0o022);
if (account.uid !== undefined && account.gid !== undefined) await chown(folder, account.uid, account.gid);
const binaries = await usableBinaries(account, folder);
const passwordFile = join(folder, 'password');
await writeFile(passwordFile, PASSWORD);
const options = { ...account, cwd: folder, env: environment };
await promisify(execFile)(binaries.initdb, initdbArguments(folder, passwordFile), options);
const port = await freePort();
const settings = ORDINARY.flatMap((setting) => ['-c', setting]);
const server = spawn(binaries.postgres, [...serverArguments(folder, port), ...settings], {
  ...options,
  stdio: ['ignore', 'ignore', 'pipe']
});
stopServer = async () => {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const closed = once(server, 'close');
  // PostgreSQL's fast shutdown.
  server.kill('SIGINT');
  await closed;
};
// Read for as long as the server lives: a full pipe would halt it.
createInterface(server.stderr).on('line', (line) => {
  if (line.includes('ready to accept connections')) process.send?.(`postgresql://postgres:${PASSWORD}@127.0.0.1:${port}/postgres`);
});
if (!process.connected) await leave();
