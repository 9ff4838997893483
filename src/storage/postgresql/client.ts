import type { Socket } from 'node:net';
import { Client, type ClientConfig } from 'pg';
import type { PostgresTarget } from '../../../config/postgresUrl.ts';
import type { Route } from './routes.ts';

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

const BOUND = 'SCRAM-SHA-256-PLUS';

/** What `pg` reads from the environment and from its defaults where a client's own options leave it open, and what it tells nobody. */
interface Inner {
  readonly connectionParameters: { query_timeout: number };
  readonly connection: {
    readonly stream: Socket;
    on(message: string, listener: (content: Readonly<Record<string, unknown>>) => void): void;
  };
  binary: boolean;
}

/** A server to which this client does not want to be connected. */
class Unwanted extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** Several connections are made at the same time, and each by a route of its own. */
const failedRoutes = new WeakMap<object, Route>();

/** The route by which a connection could not be made, by the error; `undefined` where none was tried. The pool may have put its own around it. */
export function failedRoute(error: unknown): Route | undefined {
  const { cause } = Object(error) as { cause?: unknown };
  return failedRoutes.get(Object(error)) ?? failedRoutes.get(Object(cause));
}

/**
 * A client of `pg` on which nothing depends that the bot sets for clients of its own: neither the parsers and the defaults, which are one for
 * the whole process, nor the variables of libpq.
 */
export class TelemetryClient extends Client {
  readonly route: Route;
  readonly #target: PostgresTarget;
  #unwanted: Unwanted | undefined;

  constructor(target: PostgresTarget, route: Route) {
    const { user, password, database, tls, connectMs } = target;
    const options: ClientConfig & { sslnegotiation: 'direct' | 'postgres' } = {
      host: route.host,
      port: route.port,
      user,
      // An empty one would be looked for in PGPASSWORD.
      password: () => password,
      database,
      // Said also where it is not wanted: PGSSLMODE is the bot's.
      ssl: route.ssl,
      sslnegotiation: tls.isDirect && route.ssl !== false ? 'direct' : 'postgres',
      enableChannelBinding: tls.channelBinding !== 'disable' && route.ssl !== false,
      connectionTimeoutMillis: connectMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: 5_000,
      types: { getTypeParser: (id: number) => PARSERS[id] ?? asText }
    };
    super(options);
    this.route = route;
    this.#target = target;
    const inner = this as unknown as Inner;
    inner.connectionParameters.query_timeout = 0;
    inner.binary = false;
    // Whoever waits for an answer hears of a lost connection; an event that nobody hears would end the process.
    this.on('error', () => undefined);
    if (tls.channelBinding === 'require') this.#insistOnBinding(inner);
    if (target.isPrimary) this.#insistOnPrimary(inner);
  }

  override connect(): Promise<this>;
  override connect(callback: (error: Error | null) => void): void;
  /** What the server had already sent when it was refused may say that all is well. */
  override connect(callback?: (error: Error | null) => void): Promise<this> | undefined {
    if (callback === undefined) return super.connect() as Promise<never>;
    super.connect((met: Error | null) => {
      const error = this.#unwanted ?? met;
      if (error) failedRoutes.set(error, this.route);
      callback(error);
    });
    return undefined;
  }

  /** All that is sent at start. A pooler refuses what it does not know, such as `options`, which `pg` takes from PGOPTIONS. */
  getStartupConf(): Record<string, string | undefined> {
    const { user, database, applicationName, options } = this.#target;
    return { user, database, application_name: applicationName, client_encoding: 'UTF8', ...(options !== undefined && { options }) };
  }

  /** Nothing is sent to a server that asks for the password in another way, or for none. */
  #insistOnBinding({ connection }: Inner): void {
    let isBound = false;
    const look = (): void => {
      if (!isBound) this.#refuse(connection.stream, 'CHANNEL_BINDING');
    };
    connection.on('authenticationSASL', ({ mechanisms }) => {
      isBound = Array.isArray(mechanisms) && mechanisms.includes(BOUND);
      look();
    });
    for (const other of ['authenticationCleartextPassword', 'authenticationMD5Password', 'authenticationOk']) connection.on(other, look);
  }

  #insistOnPrimary({ connection }: Inner): void {
    connection.on('parameterStatus', ({ parameterName, parameterValue }) => {
      if (parameterName === 'in_hot_standby' && parameterValue === 'on') this.#refuse(connection.stream, '25006');
    });
  }

  #refuse(stream: Socket, code: string): void {
    this.#unwanted = new Unwanted(code);
    stream.destroy(this.#unwanted);
  }
}
