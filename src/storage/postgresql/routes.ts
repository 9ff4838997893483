import { readFileSync } from 'node:fs';
import { createSecureContext, getCACertificates, type ConnectionOptions, type SecureContext } from 'node:tls';
import type { PostgresTarget } from '../../../config/postgresUrl.ts';
import type { PostgresTls } from '../../../config/postgresTls.ts';
import type { ConnectionSafety } from '../../store/store.ts';
import { StoreError } from '../../store/storeError.ts';
import { codeOf } from './errors.ts';

/** One way to connect: to this host, with or without TLS. */
export interface Route {
  readonly host: string;
  readonly port: number;
  readonly ssl: ConnectionOptions | false;
  readonly safety: ConnectionSafety;
}

/** Whether TLS is spoken, in the order in which it is tried. */
const TRIES: Readonly<Record<PostgresTls['mode'], readonly boolean[]>> = {
  disable: [false],
  allow: [false, true],
  prefer: [true, false],
  require: [true],
  'verify-ca': [true],
  'verify-full': [true]
};

/** Nobody answers there, however it is asked. */
const UNREACHABLE = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOENT', 'EACCES']);
/** A server that starts, and a standby where a primary is wanted. */
const NOT_NOW = new Set(['57P03', '25006']);
/** Nobody may log in in this way, says the server's pg_hba.conf. */
const NOT_THIS_WAY = '28000';

/**
 * The ways to a database, in the order in which they are tried.
 * @throws {StoreError} where a certificate can't be read.
 */
export function routesTo({ hosts, tls }: PostgresTarget): Route[] {
  const verifies = tls.mode.startsWith('verify');
  const tries = TRIES[tls.mode];
  // Made once: to read the authorities takes a while.
  const secureContext = tries.includes(true) ? secureContextOf(tls) : undefined;
  return hosts.flatMap(({ host, port }): Route[] => {
    if (host.startsWith('/')) return [{ host, port, ssl: false, safety: 'local' }];
    const ssl: ConnectionOptions = {
      ...(secureContext !== undefined && { secureContext }),
      // `pg` names no host that is an address, and the certificate would be compared with `localhost`.
      host,
      rejectUnauthorized: verifies,
      ...(tls.mode === 'verify-ca' && { checkServerIdentity: () => undefined })
    };
    const safety = verifies ? 'verified' : 'encrypted';
    return tries.map((isTls) => (isTls ? { host, port, ssl, safety } : { host, port, ssl: false, safety: 'clear' }));
  });
}

/** What is tried after the route at `at` failed: another way to its host, or another host; `undefined` where neither would help. */
export function routeAfter(routes: readonly Route[], at: number, error: unknown): number | undefined {
  const hostOf = (index: number): string => `${routes[index]?.host}:${routes[index]?.port}`;
  const code = codeOf(error);
  const hasOtherWay = at + 1 < routes.length && hostOf(at + 1) === hostOf(at);
  const nextHost = routes.findIndex((_, index) => index > at && hostOf(index) !== hostOf(at));
  const otherHost = Math.max(nextHost, 0);
  if (/^[0-9A-Z]{5}$/.test(code) && !NOT_NOW.has(code)) return code === NOT_THIS_WAY && hasOtherWay ? at + 1 : undefined;
  return hasOtherWay && !UNREACHABLE.has(code) && !NOT_NOW.has(code) ? at + 1 : otherHost;
}

function secureContextOf({ rootCert, client }: PostgresTls): SecureContext {
  const options = {
    ...(rootCert !== undefined && { ca: authorities(rootCert) }),
    ...(client !== undefined && { cert: read('sslcert', client.cert), key: read('sslkey', client.key) })
  };
  try {
    return createSecureContext(options);
  } catch {
    throw new StoreError(
      'unavailable',
      'a file of sslrootcert, sslcert or sslkey in TELEMETRY_DATABASE_URL holds no certificate or key (PEM)'
    );
  }
}

function authorities(rootCert: string): string | string[] {
  return rootCert === 'system' ? [...getCACertificates('default'), ...getCACertificates('system')] : read('sslrootcert', rootCert);
}

function read(parameter: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new StoreError('unavailable', `the file of ${parameter} in TELEMETRY_DATABASE_URL can not be read (${codeOf(error)})`);
  }
}
