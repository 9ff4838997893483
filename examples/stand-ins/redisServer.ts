import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { closeNow, listenLocally } from './local.ts';

const START_MS = 10_000;
/** Ends the server when the pipe of its standard input closes: it never outlives who started it. */
const LEASHED = 'redis-server "$@" & cat > /dev/null; kill $!; wait';

/** The Redis of this machine, which is real, on a free port and in a folder of its own. */
export class RedisServer implements AsyncDisposable {
  readonly url: string;
  readonly #process: ChildProcess;
  readonly #folder: string;

  /** Whether this machine has one to start. */
  static isInstalled(): boolean {
    return spawnSync('redis-server', ['--version']).status === 0;
  }

  static async start(): Promise<RedisServer> {
    const folder = await mkdtemp(join(tmpdir(), 'redis-'));
    const port = await freePort();
    const options = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'];
    const child = spawn('sh', ['-c', LEASHED, 'sh', ...options], { stdio: ['pipe', 'ignore', 'ignore'] });
    const server = new RedisServer(port, child, folder);
    const deadline = performance.now() + START_MS;
    while (!(await answers(port))) {
      if (performance.now() > deadline) {
        await server.stop();
        throw new Error(`redis-server does not answer on port ${port}`);
      }
      await wait(20);
    }
    return server;
  }

  private constructor(port: number, child: ChildProcess, folder: string) {
    this.url = `redis://127.0.0.1:${port}`;
    this.#process = child;
    this.#folder = folder;
  }

  /** May be called again. */
  async stop(): Promise<void> {
    if (this.#process.exitCode === null) {
      const ended = once(this.#process, 'exit');
      this.#process.stdin?.end();
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** A port that was free a moment ago: for what has to be told its port. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenLocally(server);
  await closeNow(server);
  return port;
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1').end('PING\r\n');
  try {
    const [answer] = await once(socket, 'data');
    return String(answer).startsWith('+PONG');
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
