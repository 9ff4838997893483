/**
 * The process between a test run and its PostgreSQL server. It does what its parent tells it, and when the channel to the parent closes, whether the
 * parent asked for that, was interrupted or was killed, it stops the server and removes the server's folder.
 */
import { PostgresCluster } from './postgresCluster.ts';

export type Command = 'start' | 'stop' | 'kill';
export type Reply = { url: string } | { error: string };

let cluster: PostgresCluster | undefined;
let work: Promise<void> = Promise.resolve();

// The server's account has to read what is written here, whatever the developer's umask.
process.umask(0o022);
process.on('message', (command: Command) => {
  work = work.then(() => answer(command));
});
process.once('disconnect', leave);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, leave);
// The parent may have been killed before this file was read.
if (!process.connected) leave();
// When jest is killed, its workers go on with the test they are at, for as long as that takes. Their servers don't.
const testRun = Number(process.env['TEST_RUN_PID'] ?? process.ppid);
setInterval(() => {
  if (!isAlive(testRun)) leave();
}, 500).unref();

async function answer(command: Command): Promise<void> {
  const reply = await perform(command).catch((error: unknown): Reply => ({ error: explain(error) }));
  // The parent may be gone by now: what happens then is leave()'s business.
  if (process.connected) process.send?.(reply, () => undefined);
}

async function perform(command: Command): Promise<Reply> {
  cluster ??= await PostgresCluster.create(process.argv[2]);
  await cluster[command]();
  return { url: cluster.url };
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}\n${explain(error.cause)}`;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function leave(): void {
  work = work
    .then(() => cluster?.remove())
    .then(
      () => process.exit(0),
      () => process.exit(1)
    );
}
