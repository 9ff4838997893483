import type { CompiledQuery, DatabaseConnection, QueryResult, TransactionSettings } from 'kysely';
import type { PoolClient, QueryResult as Answer } from 'pg';
import { patiently } from './liveness.ts';

/**
 * Whatever the server, the database, the role or a pooler's last client have set: what could change an answer, or what is stored, is set anew at
 * the beginning of each transaction and is gone with it. A session belongs to somebody else behind a pooler.
 */
const SETTINGS = {
  // Ours would be found here too, but each statement names its schema: a function or an operator of somebody else's must not be taken.
  search_path: 'pg_catalog, pg_temp',
  client_encoding: 'UTF8',
  // Of the days.
  DateStyle: 'ISO',
  // Of the sampling rates, which lose digits otherwise.
  extra_float_digits: '3',
  // A guild that is none would be called NULL.
  array_nulls: 'on',
  // Rows that are hidden from this role: better an error than a report that leaves them out.
  row_security: 'off',
  // In the words of a constraint, which are compared by `verify`.
  quote_all_identifiers: 'off',
  lock_timeout: '0',
  // A bot that vanishes must not hold the lock of a day for long.
  idle_in_transaction_session_timeout: '60s'
} as const;

const SET_ALL = Object.entries(SETTINGS)
  .map(([name, value]) => `set local ${name} = ${name === 'search_path' ? value : `'${value}'`}`)
  .join('; ');

/** A transaction that has not begun after so long may wait, behind a pooler, for a connection that another session keeps. */
const HELD_UP_MS = 250;

/** How much later than the server's own limit an answer may come. */
const GRACE_MS = 5_000;

const CHANGING = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE']);

/** A connection for as long as it is out of the pool. Each of its statements runs inside a transaction that begins with {@link SETTINGS}. */
export class Session implements DatabaseConnection {
  readonly client: PoolClient;
  /** Whether a transaction was asked for that does not begin. */
  isHeldUp = false;
  readonly #limitMs: number;
  readonly #onHeldUp: () => void;
  #inTransaction = false;
  #isBroken = false;

  /**
   * @param limitMs how long the server may take for one statement, waiting for locks included.
   * @param onHeldUp called again and again while a transaction does not begin.
   */
  constructor(client: PoolClient, limitMs: number, onHeldUp: () => void) {
    this.client = client;
    this.#limitMs = limitMs;
    this.#onHeldUp = onHeldUp;
  }

  /** Whether nobody may use the connection after this. */
  get isBroken(): boolean {
    return this.#isBroken || this.#inTransaction;
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    if (this.#inTransaction) return this.#run(sql, parameters);
    // A replica takes nothing else.
    const accessMode = /^\s*select\b/i.test(sql) ? 'read only' : 'read write';
    // Sent at once, which spares two round trips. PostgreSQL runs no statement of a transaction that has failed, and its commit rolls it back.
    const answers = [this.begin({ accessMode }), this.#run<Row>(sql, parameters), this.commit()] as const;
    const failed = (await Promise.allSettled(answers)).find((answer) => answer.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return answers[1];
  }

  // oxlint-disable-next-line require-yield
  async *streamQuery(): AsyncIterableIterator<never> {
    throw new Error('Nothing here is read in parts');
  }

  async begin({ isolationLevel = 'read committed', accessMode = 'read write' }: TransactionSettings): Promise<void> {
    const start = `start transaction isolation level ${isolationLevel}, ${accessMode}, not deferrable`;
    const timer = setInterval(() => {
      this.isHeldUp = true;
      this.#onHeldUp();
    }, HELD_UP_MS);
    try {
      await this.#ask(`${start}; set local statement_timeout = ${this.#limitMs}; ${SET_ALL}`);
      this.#inTransaction = true;
    } catch (error) {
      // Half of it may have been done.
      this.#isBroken = true;
      throw error;
    } finally {
      clearInterval(timer);
      this.isHeldUp = false;
    }
  }

  async commit(): Promise<void> {
    await this.#ask('commit');
    this.#inTransaction = false;
  }

  /** Never rejects: a connection that can't even do this is not used any more, and the server rolls back by itself. */
  async rollback(): Promise<void> {
    try {
      await this.#ask('rollback');
      this.#inTransaction = false;
    } catch {
      this.#isBroken = true;
    }
  }

  async #run<Row>(text: string, parameters: readonly unknown[]): Promise<QueryResult<Row>> {
    const { command, rowCount, rows } = await this.#ask(text, parameters);
    return { rows: rows as Row[], ...(CHANGING.has(command) && { numAffectedRows: BigInt(rowCount ?? 0) }) };
  }

  #ask(text: string, parameters?: readonly unknown[]): Promise<Answer> {
    const answer = this.client.query(text, parameters as unknown[] | undefined);
    return patiently(this.client as never, this.#limitMs + GRACE_MS, answer);
  }
}
