import { userInfo } from 'node:os';
import { oneOf, parseTls, PostgresUrlError, type PostgresTls } from './postgresTls.ts';

/** A PostgreSQL database and the way to it. */
export interface PostgresTarget {
  /** Tried in this order. A host that begins with a slash is the folder of a Unix socket. */
  readonly hosts: readonly { readonly host: string; readonly port: number }[];
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** The schema that holds our tables. */
  readonly schema: string;
  readonly tls: PostgresTls;
  readonly applicationName: string;
  /** Sent to the server as they are. Poolers refuse most of them. */
  readonly options: string | undefined;
  /** How long one try to connect may take, in milliseconds. */
  readonly connectMs: number;
  /** Whether a standby is passed over. */
  readonly isPrimary: boolean;
}

const ENCODE = 'special characters of a password have to be percent-encoded: # as %23, % as %25, @ as %40, / as %2F, ? as %3F';

const SHAPE = /^postgres(?:ql)?:\/\/(?:([^/?#@]*)@)?([^/?#@]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/;
const HOST = /^(\[[^\]]+\]|[^:[\]]+)?(?::(\d+))?$/;
/** A schema is written in double quotes, and MikroORM takes a dot in it for the end of the name. */
const SCHEMA = /^[\w$-]{1,63}$/;

const KNOWN = new Set(
  (
    'host port user password dbname schema options application_name connect_timeout target_session_attrs ' +
    'ssl sslmode sslrootcert sslcert sslkey sslnegotiation channel_binding uselibpqcompat'
  ).split(' ')
);
/** Of libpq and of other drivers: they change nothing that matters here. */
const HARMLESS = new Set(
  (
    'fallback_application_name client_encoding keepalives keepalives_idle keepalives_interval keepalives_count tcp_user_timeout ' +
    'sslcompression sslsni pgbouncer connection_limit pool_timeout pool_mode statement_cache_size prepareThreshold supa workaround'
  ).split(' ')
);
/** Of libpq and of other drivers: they ask for what is not done here. */
const UNSUPPORTED = new Set(
  (
    'hostaddr passfile service servicefile require_auth requirepeer requiressl gssencmode gssdelegation gsslib krbsrvname ' +
    'load_balance_hosts replication sslcertmode sslcrl sslcrldir sslkeylogfile sslpassword ssl_min_protocol_version ' +
    'ssl_max_protocol_version min_protocol_version max_protocol_version sslaccept sslidentity'
  ).split(' ')
);

/** Why this is no URL of a PostgreSQL database, as half a sentence that repeats no part of it; `undefined` where it is one. */
export function postgresUrlProblem(text: string): string | undefined {
  try {
    parsePostgresUrl(text);
    return undefined;
  } catch (error) {
    return error instanceof PostgresUrlError ? error.message : 'it can not be read';
  }
}

/**
 * Takes a URL apart as libpq does. The part that names a place in the URL may also stand as a parameter, as `?host=/folder/of/the/socket`.
 * @throws {PostgresUrlError}
 */
export function parsePostgresUrl(text: string): PostgresTarget {
  if (!/^postgres(ql)?:\/\//.test(text)) throw new PostgresUrlError('it begins otherwise');
  const [, account = '', places = '', path = '', query = ''] = SHAPE.exec(text) ?? refuse();
  const [, name = '', secret = ''] = /^([^:]*)(?::(.*))?$/.exec(account) ?? refuse();
  const parameters = readParameters(query);
  const user = parameters['user'] || decoded(name) || accountName();
  const options = parameters['options'];
  return {
    hosts: readHosts(places, parameters['host'], parameters['port']),
    user,
    password: parameters['password'] ?? decoded(secret),
    database: parameters['dbname'] || decoded(path) || user,
    schema: readSchema(parameters['schema']),
    tls: parseTls(parameters),
    applicationName: parameters['application_name'] || 'sapphire-plugin-telemetry',
    options: options === '' ? undefined : options,
    connectMs: readTimeout(parameters['connect_timeout']),
    isPrimary: oneOf('target_session_attrs', parameters['target_session_attrs'] ?? 'any', ['any', 'read-write', 'primary']) !== 'any'
  };
}

function refuse(): never {
  throw new PostgresUrlError(ENCODE);
}

/** A bare percent sign in a password, say, is no URL's. */
function decoded(text: string): string {
  try {
    const plain = decodeURIComponent(text);
    return plain.includes('\0') ? refuse() : plain;
  } catch {
    return refuse();
  }
}

function readParameters(query: string): Record<string, string | undefined> {
  const parameters: Record<string, string> = {};
  for (const pair of query.split('&').filter((one) => one !== '')) {
    const [name = '', value = ''] = pair.split(/=(.*)/s).map(decoded);
    if (UNSUPPORTED.has(name)) throw new PostgresUrlError(`the parameter ${name} is not supported: see docs/databases.md`);
    // What is not known may be half of a password.
    if (!KNOWN.has(name) && !HARMLESS.has(name))
      throw new PostgresUrlError(`it has a parameter that is not supported: see docs/databases.md; ${ENCODE}`);
    if (value === '' && name.startsWith('ssl')) throw new PostgresUrlError(`${name} is empty`);
    parameters[name] = value;
  }
  return parameters;
}

/** A host of the URL may have its port behind it; those of the parameter `host` have theirs in `port`, one for each or one for all. */
function readHosts(places: string, hosts: string | undefined, ports: string | undefined): PostgresTarget['hosts'] {
  const named = hosts === undefined ? places.split(',').map(readPlace) : hosts.split(',').map((host) => ({ host, port: undefined }));
  const numbers = ports?.split(',') ?? [];
  return named.map(({ host, port }, index) => {
    if (host === '') throw new PostgresUrlError('it names no host; of a Unix socket write ?host=/its/folder');
    const number = Number(port ?? numbers[numbers.length === 1 ? 0 : index] ?? 5432);
    if (!Number.isInteger(number) || number < 1 || number > 65_535) throw new PostgresUrlError('a port is a number from 1 to 65535');
    return { host, port: number };
  });
}

function readPlace(place: string): { host: string; port: string | undefined } {
  const [, host = '', port] = HOST.exec(place) ?? refuse();
  return { host: decoded(host).replaceAll(/^\[|\]$/g, ''), port };
}

function readSchema(schema = 'public'): string {
  if (!SCHEMA.test(schema)) throw new PostgresUrlError('a schema is 1 to 63 letters, digits, _, $ and -');
  return schema;
}

function readTimeout(seconds = '5'): number {
  if (!/^\d{1,2}$/.test(seconds) || Number(seconds) < 1 || Number(seconds) > 60)
    throw new PostgresUrlError('connect_timeout is 1 to 60 seconds');
  return Number(seconds) * 1_000;
}

/** As libpq has it. A container may run under an account without a name. */
function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'postgres';
  }
}
