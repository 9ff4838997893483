import { StoreError } from '../../store/storeError.ts';

/** What the pool says when all of its connections are in use. */
const POOL_IS_BUSY = 'timeout exceeded when trying to connect';

/** The driver gives these no code. */
const CODES: Readonly<Record<string, string>> = {
  'timeout expired': 'ETIMEDOUT',
  [POOL_IS_BUSY]: 'ETIMEDOUT',
  'Connection terminated due to connection timeout': 'ETIMEDOUT',
  'Connection terminated unexpectedly': 'ECONNRESET',
  'The server does not support SSL connections': 'NO_TLS',
  'There was an error establishing an SSL connection': 'NO_TLS',
  'SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a non-empty string': 'NO_PASSWORD'
};

const URL = 'TELEMETRY_DATABASE_URL';
const WAY = `see whether the server runs, its firewall, and ${URL}`;
const STANDBY = `it takes no writes: a replica, or a server whose disk is full; of several hosts ${URL} finds the primary with target_session_attrs=read-write`;
const AUTHORITY = `nobody vouches for the certificate of the server: name the file of its authority with sslrootcert in ${URL}`;

/** What is wrong, by SQLSTATE or by the code of Node, and what to do. */
const REMEDIES: Readonly<Record<string, string>> = {
  ECONNREFUSED: `nothing listens there: see whether the server runs and ${URL} is right`,
  ECONNRESET: 'the server or its pooler ended the connection: see its log',
  EHOSTUNREACH: `no way leads there: ${WAY}`,
  ENETUNREACH: `no way leads there: ${WAY}`,
  ETIMEDOUT: 'no answer in time: see whether the server runs, what holds it up, and whether its pooler has a connection left',
  ENOTFOUND: `no such host: see ${URL}`,
  EAI_AGAIN: `the name of the host can not be looked up now: see the DNS of this machine, and ${URL}`,
  ENOENT: `no socket is in the folder of ${URL}: see unix_socket_directories of the server`,
  EACCES: `the bot may not open the socket in the folder of ${URL}`,
  NO_TLS: `the server offers no TLS, and sslmode in ${URL} requires it: turn on ssl there, or write sslmode=disable on a network that is safe`,
  NO_PASSWORD: `the server wants a password, and ${URL} holds none`,
  CHANNEL_BINDING: `channel_binding=require in ${URL}, and the server does not offer it: leave it out, or ask for SCRAM and TLS there`,
  ERR_TLS_CERT_ALTNAME_INVALID: `the certificate of the server is of another host: write in ${URL} the name that stands in it`,
  CERT_HAS_EXPIRED: 'the certificate of the server has expired: renew it there',
  CERT_NOT_YET_VALID: 'the certificate of the server is not valid yet: see the clock of this machine',
  DEPTH_ZERO_SELF_SIGNED_CERT: AUTHORITY,
  SELF_SIGNED_CERT_IN_CHAIN: AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: AUTHORITY,
  // Said by a standby that is asked for a transaction that may write.
  '0A000': STANDBY,
  '08P01': `the server or its pooler did not understand: see its log; poolers refuse most of what options in ${URL} says`,
  '25006': STANDBY,
  '25P03': 'a transaction was idle for longer than the server allows: see what holds up this machine',
  '25P04': 'a transaction took longer than transaction_timeout of the server allows',
  '28000': `not allowed to log in: the server may take TLS alone (sslmode=require), or refuse this host, role or database; see its pg_hba.conf and ${URL}`,
  '28P01': `wrong password: see ${URL}, in which special characters are percent-encoded`,
  '3D000': 'no such database: create it',
  '42501': 'the role lacks a permission on the tables of telemetry or on their schema: see the grants in docs/runbook.md',
  '42P01': 'a table is missing: run sapphire-telemetry migrate',
  '53100': 'the disk of the server is full',
  '53300': 'too many connections: raise the limit of the role or the server, or use a pooler',
  '57014': 'a statement took too long: see what holds the server up, such as a lock',
  '57P01': 'the server shuts down, or an administrator ended the connection',
  '57P03': 'the server starts or shuts down: it is tried again'
};

/** The SQLSTATE, the code of Node, or a word of ours for what the driver says in words alone. */
export function codeOf(error: unknown): string {
  const { code, message } = Object(error) as Record<string, unknown>;
  return typeof code === 'string' ? code : (CODES[String(message)] ?? 'no code');
}

/** What an error of the driver means. Its message and its detail may hold the values of a row, so only its codes are told. */
export function toStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const { column, constraint } = Object(error) as Record<string, unknown>;
  const state = codeOf(error);
  const where = [column, constraint].find((name) => typeof name === 'string');
  const remedy = remedyOf(state);
  const text = `PostgreSQL ${state}${where === undefined ? '' : ` at ${String(where)}`}${remedy === undefined ? '' : ` (${remedy})`}`;
  // SQLSTATE classes 22 (data exception) and 23 (integrity constraint violation).
  return new StoreError(/^2[23]...$/.test(state) ? 'refused' : 'unavailable', text);
}

function remedyOf(state: string): string | undefined {
  if (REMEDIES[state] !== undefined) return REMEDIES[state];
  return /^(ERR_(SSL|TLS|OSSL)_|EPROTO|CERT_)/.test(state)
    ? `no TLS connection came about: see the certificates of the server and those in ${URL}`
    : undefined;
}

/** Says of a right that is missing for making something what it is for. */
export async function maker<T>(making: Promise<T>, what: string): Promise<T> {
  try {
    return await making;
  } catch (error) {
    if (codeOf(error) !== '42501') throw error;
    throw new StoreError(
      'unavailable',
      `PostgreSQL 42501 (the role may not make ${what}: let one that may run sapphire-telemetry migrate, or grant CREATE; see docs/runbook.md)`
    );
  }
}
