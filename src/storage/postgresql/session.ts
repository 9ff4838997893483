import type { CompiledQuery, DatabaseConnection, QueryResult, TransactionSettings } from 'kysely';
import type { PoolClient, QueryResult as Answer } from 'pg';
import { patiently } from './liveness.ts';
import { TransactionQuery } from './transactionQuery.ts';

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

/** One statement, which has no rows, to set them all: each statement has an answer of its own, and this begins every batch. */
const set = (settings: Readonly<Record<string, string>>): string =>
  `select where ${Object.entries(settings)
    .map(([name, value]) => `pg_catalog.set_config('${name}', '${value}', true) is null`)
    .join(' or ')}`;

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
    const onBegun = this.#watch();
    const query = new TransactionQuery({ text: sql, values: parameters, before: this.#beginning({ accessMode }), onBegun });
    this.#inTransaction = true;
    try {
      this.client.query(query);
      const answer = await patiently(this.client as never, this.#limitMs + GRACE_MS, query.answer);
      this.#inTransaction = false;
      return asResult(answer);
    } catch (error) {
      await this.rollback();
      throw error;
    } finally {
      onBegun();
    }
  }

  // oxlint-disable-next-line require-yield
  async *streamQuery(): AsyncIterableIterator<never> {
    throw new Error('Nothing here is read in parts');
  }

  async begin(settings: TransactionSettings): Promise<void> {
    const onBegun = this.#watch();
    try {
      await this.#ask(this.#beginning(settings).join('; '));
      this.#inTransaction = true;
    } catch (error) {
      // Half of it may have been done.
      this.#isBroken = true;
      throw error;
    } finally {
      onBegun();
    }
  }

  #beginning({ isolationLevel = 'read committed', accessMode = 'read write' }: TransactionSettings): string[] {
    return [
      `start transaction isolation level ${isolationLevel}, ${accessMode}, not deferrable`,
      set({ ...SETTINGS, statement_timeout: String(this.#limitMs) })
    ];
  }

  /** Tells again and again that a transaction does not begin, until what is returned is called. */
  #watch(): () => void {
    const timer = setInterval(() => {
      this.isHeldUp = true;
      this.#onHeldUp();
    }, HELD_UP_MS);
    return () => {
      clearInterval(timer);
      this.isHeldUp = false;
    };
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
    return asResult(await this.#ask(text, parameters));
  }

  #ask(text: string, parameters?: readonly unknown[]): Promise<Answer> {
    const answer = this.client.query(text, parameters as unknown[] | undefined);
    return patiently(this.client as never, this.#limitMs + GRACE_MS, answer);
  }
}

function asResult<Row>({ command, rowCount, rows }: Answer): QueryResult<Row> {
  return { rows: rows as Row[], ...(CHANGING.has(command) && { numAffectedRows: BigInt(rowCount ?? 0) }) };
}
