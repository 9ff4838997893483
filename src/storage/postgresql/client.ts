import { Client, type ClientConfig } from 'pg';

const CONNECT_MS = 5_000;

/** The object ids of PostgreSQL's types whose values are no text here; a count (int8) is far below 2^53. */
const PARSERS: Readonly<Record<number, (text: string) => unknown>> = {
  // bool
  16: (text) => text === 't',
  // int8, int2, int4, float4, float8
  20: Number,
  21: Number,
  23: Number,
  700: Number,
  701: Number,
  // json, jsonb
  114: JSON.parse,
  3802: JSON.parse
};
const asText = (text: string): string => text;

/** What `pg` reads from the environment and from its defaults where a client's own options leave it open. */
interface Inherited {
  readonly connectionParameters: { query_timeout: number };
  binary: boolean;
}

/**
 * A client of `pg` on which nothing depends that the bot sets for clients of its own: neither the parsers and the defaults, which are one for
 * the whole process, nor the variables of libpq.
 */
export class TelemetryClient extends Client {
  constructor(config?: ClientConfig) {
    const types = { getTypeParser: (id: number) => PARSERS[id] ?? asText };
    // The pool hides the password from whoever lists its options.
    super({ ...config, password: config?.password, types, connectionTimeoutMillis: CONNECT_MS });
    const inherited = this as unknown as Inherited;
    inherited.connectionParameters.query_timeout = 0;
    inherited.binary = false;
    // Whoever waits for an answer hears of a lost connection; an event that nobody hears would end the process.
    this.on('error', () => undefined);
  }

  /** All that is sent at start. A pooler refuses what it does not know, such as `options`, which `pg` takes from PGOPTIONS. */
  getStartupConf(): Record<string, string | undefined> {
    return { user: this.user, database: this.database, application_name: 'sapphire-plugin-telemetry', client_encoding: 'UTF8' };
  }
}
