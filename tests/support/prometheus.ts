import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../examples/stand-ins/redisServer.ts';
import { until } from './bot.ts';
import { temporaryFolder } from './databases.ts';
import { atSuiteEnd } from './postgresSuite.ts';

/** Ends the server when the pipe of its standard input closes: it never outlives who started it. */
const LEASHED = 'prometheus "$@" & cat > /dev/null; kill $!; wait';

/** A value of a query, and what it is the value of. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The Prometheus of this machine, which is real, on a free port and in a folder of its own. */
export class Prometheus implements AsyncDisposable {
  readonly #url: string;
  readonly #process: ChildProcess;
  readonly #folder: string;

  /** Whether this machine has one to start. */
  static isInstalled(): boolean {
    return spawnSync('prometheus', ['--version']).status === 0;
  }

  /** @param config what its prometheus.yml says. */
  static async start(config: string): Promise<Prometheus> {
    const folder = await temporaryFolder();
    const file = join(folder, 'prometheus.yml');
    await writeFile(file, config);
    const port = await freePort();
    const options = [`--config.file=${file}`, `--storage.tsdb.path=${join(folder, 'data')}`, `--web.listen-address=127.0.0.1:${port}`];
    const child = spawn('sh', ['-c', LEASHED, 'sh', ...options], { cwd: folder, stdio: ['pipe', 'ignore', 'ignore'] });
    const server = new Prometheus(port, child, folder);
    atSuiteEnd(() => server.stop());
    await until(() => server.#isReady(), 20_000);
    return server;
  }

  private constructor(port: number, child: ChildProcess, folder: string) {
    this.#url = `http://127.0.0.1:${port}`;
    this.#process = child;
    this.#folder = folder;
  }

  /** @throws {Error} when the expression is none, with what Prometheus says of it. */
  async query(expression: string): Promise<Sample[]> {
    const response = await fetch(`${this.#url}/api/v1/query`, { method: 'POST', body: new URLSearchParams({ query: expression }) });
    const { error, data } = (await response.json()) as Answer;
    if (data === undefined) throw new Error(`${expression}: ${error}`);
    return data.result.map(({ metric, value: [, value] }) => ({ labels: metric, value: Number(value) }));
  }

  /** The one value of an expression; 0 while there is none. */
  async value(expression: string): Promise<number> {
    return (await this.query(expression))[0]?.value ?? 0;
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

  async #isReady(): Promise<boolean> {
    if (this.#process.exitCode !== null) throw new Error('Prometheus ended by itself: does it take its configuration?');
    return fetch(`${this.#url}/-/ready`).then(
      ({ ok }) => ok,
      () => false
    );
  }
}

interface Answer {
  readonly error?: string;
  readonly data?: { readonly result: readonly { readonly metric: Record<string, string>; readonly value: readonly [number, string] }[] };
}
