import { PostgreSqlDriver } from '@mikro-orm/postgresql';
import type { Socket } from 'node:net';
import { IsolationLevel, type Options, type SqlEntityManager } from '@mikro-orm/sql';
import { CompiledQuery, sql } from 'kysely';
import { postgresqlMigrations } from '../../migrations/index.ts';
import { dayNumber } from '../events/day.ts';
import type { TelemetryEvent } from '../events/dictionary.ts';
import type { Engine, LiveTable } from './engine.ts';
import { COLUMN_TYPES, INSERT_EVENTS, insertParameters } from './postgresqlInsert.ts';
import { run } from './sql.ts';
import { StoreError } from './store.ts';

/** A connection on which the server says nothing for so long, while it is asked, is given up. */
const SILENCE_MS = 15_000;
const CONNECT_MS = 5_000;
/** Any constants that are ours: they name the lock under which the tables are migrated, and the locks of the days. */
const MIGRATION_LOCK = 7_306_915_402;
const DAY_LOCKS = 1_730_691_540;

const INSERT_OR_SKIP = `${INSERT_EVENTS} on conflict do nothing`;
const UNIQUE_VIOLATION = '23505';

/** PostgreSQL, by its URL. */
export class PostgresqlEngine implements Engine {
  readonly description: string;
  readonly batchSize = 1000;
  readonly purgeChunk = 2_000;
  readonly columnTypes = COLUMN_TYPES;
  readonly migrations = postgresqlMigrations;
  readonly snapshot = { isolationLevel: IsolationLevel.REPEATABLE_READ, readOnly: true };
  readonly daysPerStatement = 400;
  readonly slices = [sql``];
  readonly #url: URL;

  constructor(url: string) {
    this.#url = new URL(url);
    this.description = `PostgreSQL on ${this.#url.hostname}`;
  }

  /** The URL is taken apart, since MikroORM prefers a host or a name from its environment variables to a whole URL of ours. */
  options(): Options {
    const { hostname, port, username, password, pathname, searchParams } = this.#url;
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

  async prepare(): Promise<void> {
    // Nothing: a connection is ready as it comes.
  }

  /** A connection whose server is gone says so itself. */
  isGone(): boolean {
    return false;
  }

  /** The lock lasts as long as its transaction; the work runs on connections of its own. */
  async exclusively(em: SqlEntityManager, work: () => Promise<void>): Promise<void> {
    await em.transactional(async (inside) => {
      await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`.execute(inside.getKysely());
      await work();
    });
  }

  /** With the server's default a day's groups do not fit, and are sorted on disk: ten times slower. */
  async prepareForCounting(em: SqlEntityManager): Promise<void> {
    await sql`set local work_mem = '32MB'`.execute(em.getKysely());
  }

  async lockDay(em: SqlEntityManager, day: string): Promise<void> {
    await sql`select pg_advisory_xact_lock(${DAY_LOCKS}, ${dayNumber(day)})`.execute(em.getKysely());
  }

  async describeTable(em: SqlEntityManager, table: string): Promise<LiveTable | undefined> {
    if (!(await this.tableExists(em, table))) return undefined;
    const columns = await run<LiveTable['columns'][number]>(
      em,
      sql`select attname as name, format_type(atttypid, atttypmod) as type, not attnotnull as nullable from pg_attribute
        where attrelid = to_regclass(${table}) and attnum > 0 and not attisdropped order by attnum`
    );
    const indexes = await run<{ name: string; primary: boolean; columns: string[] }>(
      em,
      sql`select c.relname as name, i.indisprimary as primary, array(select attname::text from unnest(i.indkey::int2[]) with ordinality as k(attnum, position)
          join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum order by position) as columns
        from pg_index i join pg_class c on c.oid = i.indexrelid where i.indrelid = to_regclass(${table})`
    );
    const checks = await run<{ name: string; expression: string }>(
      em,
      sql`select conname as name, pg_get_constraintdef(oid) as expression from pg_constraint where conrelid = to_regclass(${table}) and contype = 'c'`
    );
    return {
      columns,
      key: indexes.find(({ primary }) => primary)?.columns ?? [],
      checks: new Map(checks.map(({ name, expression }) => [name, expression])),
      indexes: indexes.filter(({ primary }) => !primary).map(({ name }) => name)
    };
  }

  async tableExists(em: SqlEntityManager, table: string): Promise<boolean> {
    const { rows } = await sql<{ found: boolean }>`select to_regclass(${table}) is not null as found`.execute(em.getKysely());
    return rows[0]?.found === true;
  }

  /** Looking for conflicts costs a fourth of the time, and there is none unless the answer to an earlier try was lost. */
  async insertEvents(em: SqlEntityManager, events: readonly TelemetryEvent[]): Promise<void> {
    const parameters = insertParameters(events);
    const insert = async (text: string): Promise<void> => {
      await em.getKysely().executeQuery(CompiledQuery.raw(text, parameters));
    };
    // A transaction would not survive a conflict.
    if (em.isInTransaction()) return insert(INSERT_OR_SKIP);
    try {
      await insert(INSERT_EVENTS);
    } catch (error) {
      if (Object(error).code !== UNIQUE_VIOLATION) throw error;
      await insert(INSERT_OR_SKIP);
    }
  }

  async compact(): Promise<void> {
    // Nothing: autovacuum does it.
  }

  toStoreError(error: unknown): StoreError {
    if (error instanceof StoreError) return error;
    const { code, column, constraint, message } = Object(error) as Record<string, unknown>;
    // The driver gives this one no code.
    if (message === NO_TLS)
      return new StoreError('unavailable', 'PostgreSQL offers no TLS there, and sslmode in TELEMETRY_DATABASE_URL requires it');
    const state = typeof code === 'string' ? code : 'no code';
    const where = [column, constraint].find((name) => typeof name === 'string');
    // Only these: the message and the detail of a violation carry the values of the row.
    const text = `PostgreSQL ${state}${where === undefined ? '' : ` at ${String(where)}`}`;
    // SQLSTATE classes 22 (data exception) and 23 (integrity constraint violation).
    if (/^2[23]/.test(state)) return new StoreError('refused', text);
    return new StoreError('unavailable', `${text}${REMEDIES[state] ?? ''}`);
  }
}

/** The modes of libpq that insist on TLS; the others take what the server offers first, which is a plain connection here. */
const TLS_MODES = new Set(['require', 'verify-ca', 'verify-full']);
const NO_TLS = 'The server does not support SSL connections';

const REMEDIES: Readonly<Record<string, string>> = {
  ECONNREFUSED: ' (nothing listens there: see whether the server runs and TELEMETRY_DATABASE_URL is right)',
  ENOTFOUND: ' (no such host: see TELEMETRY_DATABASE_URL)',
  '28P01': ' (wrong password: see TELEMETRY_DATABASE_URL)',
  '28000': ' (not allowed to log in: see TELEMETRY_DATABASE_URL)',
  '3D000': ' (no such database: create it)',
  '42501': ' (the role lacks a permission on the tables of telemetry)',
  '42P01': ' (a table is missing: run sapphire-telemetry migrate)',
  '53100': ' (the disk of the server is full)'
};

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
