import { PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import type { CompiledQuery, Dialect, Driver, TransactionSettings } from 'kysely';
import { Pool, type PoolClient } from 'pg';
import type { PostgresTarget } from '../../../config/postgresUrl.ts';
import { failedRoute, TelemetryClient } from './client.ts';
import { routeAfter, routesTo, type Route } from './routes.ts';
import { Session } from './session.ts';

/** How long one statement may take that somebody asked for: a report, a purge, a migration, and the wait for the lock before it. */
const LONG_MS = 600_000;
/** How long one statement may take that the next one waits for. */
const BRIEF_MS = 10_000;

const CONNECTIONS = 4;
/** How much longer than for a new connection is waited for one that others use. */
const POOL_WAIT_MS = 10_000;
const MAX_ATTEMPTS = 20;

/** Hands out sessions on the connections of a pool. */
export class PostgresqlDriver implements Driver {
  /** How the last connection was made; `undefined` before the first. */
  lastRoute: Route | undefined;
  readonly #routes: readonly Route[];
  readonly #pool: Pool;
  readonly #inUse = new Set<Session>();
  /** The route by which the next connection is made. */
  #at = 0;

  /** @throws {StoreError} where a certificate that the target names can't be read. */
  constructor(target: PostgresTarget) {
    this.#routes = routesTo(target);
    const route = (): Route => this.#routes[this.#at] as Route;
    this.#pool = new Pool({
      max: CONNECTIONS,
      connectionTimeoutMillis: target.connectMs + POOL_WAIT_MS,
      Client: class extends TelemetryClient {
        constructor() {
          super(target, route());
        }
      }
    });
    // A connection that is lost while nobody uses it is missed by nobody.
    this.#pool.on('error', () => undefined);
  }

  /** Kysely's way to this driver. */
  get dialect(): Dialect {
    return {
      createDriver: () => this,
      createAdapter: () => new PostgresAdapter(),
      createQueryCompiler: () => new PostgresQueryCompiler(),
      createIntrospector: (db) => new PostgresIntrospector(db)
    };
  }

  async init(): Promise<void> {
    // Nothing: a connection is made when it is needed.
  }

  /** One statement that must not hold up those who come after it. */
  async brieflyExecute(query: CompiledQuery): Promise<void> {
    const session = await this.acquireConnection(undefined, BRIEF_MS);
    try {
      await session.executeQuery(query);
    } finally {
      await this.releaseConnection(session);
    }
  }

  async acquireConnection(_options?: unknown, limitMs = LONG_MS): Promise<Session> {
    const session = new Session(await this.#connect(), limitMs, () => void this.#makeWay());
    this.#inUse.add(session);
    return session;
  }

  /** By the first route that leads there. The next connection begins at the same host, and there with the way that is preferred. */
  async #connect(): Promise<PoolClient> {
    const tried = new Set<number>();
    for (let attempt = 1; ; attempt += 1) {
      try {
        const client = await this.#pool.connect();
        this.lastRoute = (client as unknown as TelemetryClient).route;
        const { host, port } = this.lastRoute;
        this.#at = this.#routes.findIndex((route) => route.host === host && route.port === port);
        return client;
      } catch (error) {
        const route = failedRoute(error);
        // None where the pool was busy all the time.
        if (route === undefined) throw error;
        const at = this.#routes.indexOf(route);
        tried.add(at);
        const next = routeAfter(this.#routes, at, error);
        this.#at = next ?? 0;
        // Another connection that is made meanwhile may lead this one the same way again.
        if (next === undefined || tried.has(next) || attempt === MAX_ATTEMPTS) throw error;
      }
    }
  }

  async beginTransaction(session: Session, settings: TransactionSettings): Promise<void> {
    try {
      await session.begin(settings);
    } catch (error) {
      // Kysely keeps the connection of a transaction that does not begin, and the pool would miss it for good.
      await this.releaseConnection(session);
      throw error;
    }
  }

  commitTransaction(session: Session): Promise<void> {
    return session.commit();
  }

  rollbackTransaction(session: Session): Promise<void> {
    return session.rollback();
  }

  async releaseConnection(session: Session): Promise<void> {
    if (!this.#inUse.delete(session)) return;
    const isWaitedFor = [...this.#inUse].some(({ isHeldUp }) => isHeldUp);
    session.client.release(session.isBroken || isWaitedFor);
  }

  /** In a pooler's session mode, an idle connection of ours keeps what another one of ours waits for. */
  async #makeWay(): Promise<void> {
    if (this.#pool.idleCount === 0) return;
    const idle = await this.#pool.connect().catch(() => undefined);
    idle?.release(true);
  }

  destroy(): Promise<void> {
    return this.#pool.end();
  }
}
