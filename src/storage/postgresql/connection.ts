import type { Socket } from 'node:net';
import { PostgreSqlDriver } from '@mikro-orm/postgresql';
import type { Options } from '@mikro-orm/sql';

/** A connection on which the server says nothing for so long, while it is asked, is given up. */
const SILENCE_MS = 15_000;
const CONNECT_MS = 5_000;
/** The modes of libpq that insist on TLS; the others take what the server offers first, which is a plain connection here. */
const TLS_MODES = new Set(['require', 'verify-ca', 'verify-full']);

/** The URL is taken apart, since MikroORM prefers a host or a name from its environment variables to a whole URL of ours. */
export function connectionOptions(url: URL): Options {
  const { hostname, port, username, password, pathname, searchParams } = url;
  const schema = searchParams.get('schema') ?? 'public';
  const sslMode = searchParams.get('sslmode') ?? 'disable';
  return {
    driver: PostgreSqlDriver,
    clientUrl: 'postgresql://unused',
    host: decodeURIComponent(hostname).replaceAll(/^\[|\]$/g, ''),
    port: port === '' ? 5432 : Number(port),
    user: decodeURIComponent(username) || 'postgres',
    password: decodeURIComponent(password),
    dbName: decodeURIComponent(pathname.slice(1)),
    schema,
    pool: { min: 0, max: 4 },
    driverOptions: {
      application_name: 'sapphire-plugin-telemetry',
      connectionTimeoutMillis: CONNECT_MS,
      keepAlive: true,
      // Our own statements name no schema: they follow the path, and must find what MikroORM made.
      options: `-c search_path="${schema}"`,
      ...(TLS_MODES.has(sslMode) && { ssl: { rejectUnauthorized: sslMode.startsWith('verify') } }),
      onPoolCreated: (pool: Pool) => pool.on('connect', giveUpWhenSilent).on('connect', giveBackWhenLost)
    }
  };
}

interface PoolClient {
  readonly connection: { readonly stream: Socket };
  /** Throws when it was given back already. */
  release(destroy: boolean): void;
  once(event: 'end', listener: () => void): void;
}

interface Pool {
  on(event: 'connect', listener: (client: PoolClient) => void): Pool;
}

/** A server that accepts and never answers would hold its connection for ever; the driver's own timeout leaves it in the pool. */
function giveUpWhenSilent({ connection: { stream } }: PoolClient): void {
  stream.setTimeout(SILENCE_MS, () => stream.destroy());
}

/**
 * Kysely keeps the connection of a transaction whose rollback fails, as it does when the connection is lost. The pool would miss it for
 * good, and to close the pool would take for ever.
 */
function giveBackWhenLost(client: PoolClient): void {
  const giveBack = (): void => {
    try {
      client.release(true);
    } catch {
      // It was given back as it should be.
    }
  };
  // Whoever used it hears of its end first.
  client.once('end', () => setImmediate(giveBack));
}
