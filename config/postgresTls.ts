/** How a connection to PostgreSQL is encrypted, in the words of libpq. */
export interface PostgresTls {
  /** `disable`: never. `allow` and `prefer`: where the server wants or offers it. `require`: always, `verify-…`: and by the right server. */
  readonly mode: (typeof MODES)[number];
  /** The file of the authorities whose certificates are trusted, or `system`: those of the machine and of Node. Only to verify. */
  readonly rootCert: string | undefined;
  /** The files of the certificate and the key that the server wants of us. */
  readonly client: { readonly cert: string; readonly key: string } | undefined;
  /** Whether TLS begins at once instead of being asked for. */
  readonly isDirect: boolean;
  /** Whether the password is proven for this very TLS connection. */
  readonly channelBinding: (typeof BINDINGS)[number];
}

const MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
const BINDINGS = ['disable', 'prefer', 'require'] as const;
/** What `ssl`, of JDBC and of `pg`, means in the words of libpq; it is right about `true` itself. */
const SSL: Readonly<Record<string, string>> = { true: 'require', 1: 'require', false: 'disable', 0: 'disable', 'no-verify': 'require' };

/** What is wrong with a URL, as half a sentence. Holds nothing of the URL but words that are known. */
export class PostgresUrlError extends Error {}

type Parameters = Readonly<Record<string, string | undefined>>;

/** The value of a parameter, which must be one of these. */
export function oneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((word) => word === value);
  if (found === undefined) throw new PostgresUrlError(`${name} must be one of ${allowed.join(', ')}`);
  return found;
}

/**
 * Reads what a URL says of TLS.
 * @throws {PostgresUrlError} where it asks for what would protect less than it seems to.
 */
export function parseTls(parameters: Parameters): PostgresTls {
  const { sslrootcert, sslcert, sslkey, channel_binding: binding = 'disable', sslnegotiation = 'postgres' } = parameters;
  if ((parameters['uselibpqcompat'] ?? 'true') !== 'true')
    throw new PostgresUrlError(
      'sslmode always means what it means to libpq: leave uselibpqcompat out, and write sslmode=verify-full to verify'
    );
  const mode = modeOf(parameters);
  if ((sslcert === undefined) !== (sslkey === undefined)) throw new PostgresUrlError('sslcert and sslkey need each other');
  const isDirect = oneOf('sslnegotiation', sslnegotiation, ['postgres', 'direct']) === 'direct';
  if (isDirect && ['disable', 'allow', 'prefer'].includes(mode))
    throw new PostgresUrlError('sslnegotiation=direct needs sslmode=require or verify-full');
  return {
    mode: mode === 'require' && sslrootcert !== undefined ? 'verify-ca' : mode,
    rootCert: mode === 'verify-full' ? (sslrootcert ?? 'system') : sslrootcert,
    client: sslcert === undefined || sslkey === undefined ? undefined : { cert: sslcert, key: sslkey },
    isDirect,
    channelBinding: oneOf('channel_binding', binding, BINDINGS)
  };
}

function modeOf({ ssl, sslmode, sslrootcert }: Parameters): PostgresTls['mode'] {
  const meant = ssl === undefined ? undefined : SSL[oneOf('ssl', ssl, Object.keys(SSL))];
  const fallback = sslrootcert === 'system' ? 'verify-full' : 'prefer';
  const mode = oneOf('sslmode', sslmode === 'no-verify' ? 'require' : (sslmode ?? meant ?? fallback), MODES);
  if (meant === 'require' && !['require', 'verify-ca', 'verify-full'].includes(mode))
    throw new PostgresUrlError('ssl and sslmode contradict each other: leave ssl out');
  if (mode === 'verify-ca' && sslrootcert === undefined)
    throw new PostgresUrlError('sslmode=verify-ca needs sslrootcert=/path/of/ca.pem; with a public authority write verify-full');
  if (sslrootcert === 'system' && mode !== 'verify-full') throw new PostgresUrlError('sslrootcert=system needs sslmode=verify-full');
  // Nobody who names an authority wants a connection that does not look at it.
  if (sslrootcert !== undefined && (sslmode === 'no-verify' || ['disable', 'allow', 'prefer'].includes(mode)))
    throw new PostgresUrlError('sslrootcert needs sslmode=verify-full or verify-ca: nothing is verified without');
  return mode;
}
