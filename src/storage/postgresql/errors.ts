import { StoreError } from '../../store/storeError.ts';

/** The driver gives these no code. */
const NO_TLS = 'The server does not support SSL connections';
const CODES: Readonly<Record<string, string>> = {
  'timeout expired': 'ETIMEDOUT',
  'timeout exceeded when trying to connect': 'ETIMEDOUT',
  'Connection terminated due to connection timeout': 'ETIMEDOUT',
  'Connection terminated unexpectedly': 'ECONNRESET'
};

const REMEDIES: Readonly<Record<string, string>> = {
  ECONNREFUSED: ' (nothing listens there: see whether the server runs and TELEMETRY_DATABASE_URL is right)',
  ETIMEDOUT: ' (no answer in time: see whether the server runs, what holds it up, and whether its pooler has a connection left)',
  ENOTFOUND: ' (no such host: see TELEMETRY_DATABASE_URL)',
  '28P01': ' (wrong password: see TELEMETRY_DATABASE_URL)',
  '28000': ' (not allowed to log in: see TELEMETRY_DATABASE_URL)',
  '3D000': ' (no such database: create it)',
  '42501': ' (the role lacks a permission on the tables of telemetry)',
  '42P01': ' (a table is missing: run sapphire-telemetry migrate)',
  '25006': ' (it takes no writes: a replica, or a server whose disk is full)',
  '25P04': ' (a transaction took longer than transaction_timeout of the server allows)',
  '53300': ' (too many connections: raise the limit of the role or the server, or use a pooler)',
  '57014': ' (a statement took too long: see what holds the server up, such as a lock)',
  '53100': ' (the disk of the server is full)'
};

/** What an error of the driver means. Its message and its detail may hold the values of a row, so only its codes are told. */
export function toStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const { code, column, constraint, message } = Object(error) as Record<string, unknown>;
  if (message === NO_TLS)
    return new StoreError('unavailable', 'PostgreSQL offers no TLS there, and sslmode in TELEMETRY_DATABASE_URL requires it');
  const state = typeof code === 'string' ? code : (CODES[String(message)] ?? 'no code');
  const where = [column, constraint].find((name) => typeof name === 'string');
  const text = `PostgreSQL ${state}${where === undefined ? '' : ` at ${String(where)}`}`;
  // SQLSTATE classes 22 (data exception) and 23 (integrity constraint violation).
  if (/^2[23]/.test(state)) return new StoreError('refused', text);
  return new StoreError('unavailable', `${text}${REMEDIES[state] ?? ''}`);
}
