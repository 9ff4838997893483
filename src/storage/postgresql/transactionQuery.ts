import { Query, type QueryResult } from 'pg';

/** What is used of `pg`'s connection: each sends one message of the extended query protocol. */
interface Wire {
  parse(message: { readonly text: string }): void;
  bind(message: { readonly values?: readonly unknown[]; readonly valueMapper?: (value: unknown) => unknown }): void;
  describe(message: { readonly type: 'P' }): void;
  execute(message: object): void;
  sync(): void;
}

interface TransactionQueryOptions {
  readonly text: string;
  readonly values: readonly unknown[];
  /** Statements that come before it. None may have rows. */
  readonly before: readonly string[];
  /** Called when the first of them is done. */
  readonly onBegun: () => void;
}

/**
 * One statement in a transaction of its own, of which all is sent at once and answered at once: each answer of its own would wake this process,
 * and on the way to a server that is far away cost its time. Where one statement fails, PostgreSQL passes over those that follow, and leaves the
 * transaction to be rolled back.
 */
export class TransactionQuery extends Query {
  /** Resolves to the answer to the statement itself. */
  readonly answer: Promise<QueryResult>;
  readonly #options: TransactionQueryOptions;

  constructor(options: TransactionQueryOptions) {
    const { promise, resolve, reject } = Promise.withResolvers<QueryResult>();
    const own = options.before.length;
    super({ text: options.text, queryMode: 'extended' } as never, undefined, (error: Error | null | undefined, all: unknown) => {
      if (error) reject(error);
      else resolve((all as QueryResult[])[own] as QueryResult);
    });
    this.answer = promise;
    this.#options = options;
  }

  /** Called by `pg` when a statement is done. */
  handleCommandComplete(message: unknown, wire: Wire): void {
    this.#options.onBegun();
    (Query.prototype as unknown as Pick<TransactionQuery, 'handleCommandComplete'>).handleCommandComplete.call(this, message, wire);
  }

  /** Called by `pg` when it is this query's turn. */
  prepare(wire: Wire): void {
    const { text, values, before } = this.#options;
    for (const one of before) run(wire, one);
    wire.parse({ text });
    wire.bind({ values, valueMapper: asText });
    wire.describe({ type: 'P' });
    wire.execute({});
    run(wire, 'commit');
    wire.sync();
  }
}

function run(wire: Wire, text: string): void {
  wire.parse({ text });
  wire.bind({});
  wire.execute({});
}

/** Texts, numbers and truth are all that is bound here. */
function asText(value: unknown): string | null {
  return value === null || typeof value === 'string' ? value : JSON.stringify(value);
}
