import type { Status } from './dictionary.ts';
import { normalize, OTHER } from './names.ts';

/** The categories of a failure that the plugin itself gives, each with the status it means. */
export const ERROR_TYPES = {
  invalid_preset: 'error',
  invalid_input: 'error',
  not_found: 'error',
  permission_denied: 'denied',
  bot_permission_missing: 'error',
  rate_limited: 'error',
  provider_timeout: 'timeout',
  provider_unavailable: 'error',
  provider_error: 'error',
  discord_unavailable: 'error',
  interaction_expired: 'timeout',
  interrupted: 'error',
  connection_closed: 'error',
  unknown_subcommand: 'error',
  missing_handler: 'error',
  unexpected_error: 'error'
} as const satisfies Record<string, Exclude<Status, 'ok'>>;

export type ErrorType = keyof typeof ERROR_TYPES;
/** How a run failed: always one of the known error types, never a message. */
export interface Failure {
  readonly status: Exclude<Status, 'ok'>;
  readonly errorType: string;
}

/** A bot's own decision: the error type of an error it knows, or `undefined` to leave it to the plugin. */
export type ClassifyError = (error: unknown) => string | undefined;

/** Distinct error types of the bot's own that one process stores. */
const MAX_OWN_TYPES = 100;
/** How far a chain of causes is followed. */
const MAX_CAUSES = 8;

/** Of Sapphire and of its plugin for subcommands. */
const COOLDOWNS = new Set(['preconditionCooldown', 'subcommandPreconditionCooldown']);
const NETWORK_TIMEOUTS = new Set([
  'ETIMEDOUT',
  'ESOCKETTIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT'
]);
const NETWORK_FAULTS = new Set(
  'ECONNREFUSED ECONNRESET ECONNABORTED EPIPE ENOTFOUND EAI_AGAIN EHOSTUNREACH ENETUNREACH ENETDOWN UND_ERR_SOCKET UND_ERR_DESTROYED UND_ERR_CLOSED'.split(
    ' '
  )
);
/** Discord's JSON error codes: unknown or already answered interaction and webhook token; missing access and permissions. */
const DISCORD_EXPIRED = new Set<unknown>([10_062, 10_015, 50_027, 40_060]);
const DISCORD_PERMISSION = new Set<unknown>([50_001, 50_013, 50_007, 160_002]);

interface ClassifierOptions {
  /** Error types of the bot itself, besides the plugin's, already checked. */
  readonly ownTypes?: readonly string[] | undefined;
  readonly classify?: ClassifyError | undefined;
  /** Called when `classify` throws. */
  readonly onClassifyError?: (() => void) | undefined;
}

/** Decides the error type of anything thrown, from classes and codes alone: a message may hold what a user wrote. */
export class ErrorClassifier {
  /** How many error types became `unexpected_error` because nobody declared them, or `other` because there were too many. */
  folded = 0;
  readonly #own: ReadonlySet<string>;
  /** Those of `#own` that were met so far. */
  readonly #met = new Set<string>();
  readonly #classify: ClassifyError;
  readonly #onClassifyError: () => void;

  constructor({ ownTypes = [], classify = () => undefined, onClassifyError = () => undefined }: ClassifierOptions = {}) {
    this.#own = new Set(ownTypes.map(normalize));
    this.#classify = classify;
    this.#onClassifyError = onClassifyError;
  }

  /** The failure that `error` means. Never throws, whatever was thrown. */
  fromError(error: unknown): Failure {
    try {
      return this.fromType(this.#decided(error) ?? this.#walk(error) ?? 'unexpected_error');
    } catch {
      return this.fromType('unexpected_error');
    }
  }

  /** The denial that `error` means: the user's lack of a permission, unless it says otherwise. */
  fromDenial(error: unknown): Failure {
    const { errorType } = this.fromError(error);
    const isUnspecific = errorType === 'unexpected_error' || errorType === 'invalid_input';
    return { status: 'denied', errorType: isUnspecific ? 'permission_denied' : errorType };
  }

  /** The failure of that type; a type that nobody declared is counted and becomes `unexpected_error`. */
  fromType(type: string): Failure {
    const errorType = typeof type === 'string' ? normalize(type) : '';
    if (Object.hasOwn(ERROR_TYPES, errorType)) return { status: ERROR_TYPES[errorType as ErrorType], errorType };
    if (this.#own.has(errorType)) return { status: 'error', errorType: this.#bounded(errorType) };
    this.folded += 1;
    return { status: 'error', errorType: 'unexpected_error' };
  }

  #bounded(ownType: string): string {
    if (this.#met.size < MAX_OWN_TYPES) this.#met.add(ownType);
    if (this.#met.has(ownType)) return ownType;
    this.folded += 1;
    return OTHER;
  }

  #decided(error: unknown): string | undefined {
    try {
      return this.#classify(error);
    } catch {
      this.#onClassifyError();
      return undefined;
    }
  }

  #walk(error: unknown): string | undefined {
    let link = error;
    for (let depth = 0; depth < MAX_CAUSES && isObject(link); depth += 1) {
      const type =
        this.#fromUserError(link) ?? fromDiscord(link) ?? fromAbort(link) ?? fromNetwork(link) ?? fromHttp(link) ?? fromZod(link);
      if (type !== undefined) return type;
      link = link['cause'];
    }
    return undefined;
  }

  /** Sapphire's UserError: its identifier is a constant in code, the framework's or the bot's. */
  #fromUserError({ name, identifier }: Record<string, unknown>): string | undefined {
    if (typeof identifier !== 'string' || !(name === 'UserError' || name === 'ArgumentError' || name === 'PreconditionError'))
      return undefined;
    const own = normalize(identifier.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '_'));
    if (Object.hasOwn(ERROR_TYPES, own) || this.#own.has(own)) return own;
    if (COOLDOWNS.has(identifier)) return 'rate_limited';
    if (identifier.startsWith('preconditionMissing')) return 'missing_handler';
    if (identifier.startsWith('preconditionClientPermissions')) return 'bot_permission_missing';
    if (identifier.startsWith('precondition') || name === 'PreconditionError') return 'permission_denied';
    return 'invalid_input';
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function fromDiscord({ name, code, status, requestBody }: Record<string, unknown>): ErrorType | undefined {
  if (typeof name !== 'string') return undefined;
  if (name.startsWith('RateLimitError')) return 'rate_limited';
  // Other clients call theirs HTTPError too; only Discord's keeps the body that was sent.
  if (name.startsWith('HTTPError') && requestBody !== undefined) return 'discord_unavailable';
  if (!name.startsWith('DiscordAPIError')) return undefined;
  if (DISCORD_EXPIRED.has(code)) return 'interaction_expired';
  if (DISCORD_PERMISSION.has(code)) return 'bot_permission_missing';
  if (status === 429) return 'rate_limited';
  return typeof status === 'number' && status >= 500 ? 'discord_unavailable' : 'unexpected_error';
}

function fromAbort({ name }: Record<string, unknown>): ErrorType | undefined {
  return name === 'AbortError' || name === 'TimeoutError' ? 'provider_timeout' : undefined;
}

function fromNetwork({ code }: Record<string, unknown>): ErrorType | undefined {
  if (typeof code !== 'string') return undefined;
  if (NETWORK_TIMEOUTS.has(code)) return 'provider_timeout';
  return NETWORK_FAULTS.has(code) ? 'provider_unavailable' : undefined;
}

/** An HTTP client's error, by the status it carries: `status`, `statusCode`, or that of its `response`. */
function fromHttp({ status, statusCode, response }: Record<string, unknown>): ErrorType | undefined {
  const code = status ?? statusCode ?? (isObject(response) ? (response['status'] ?? response['statusCode']) : undefined);
  if (typeof code !== 'number' || !(code >= 400 && code <= 599)) return undefined;
  return fromHttpStatus(code) ?? 'provider_error';
}

/** What an HTTP status means whoever answered it; `undefined` for one that depends on that. */
export function fromHttpStatus(code: number): ErrorType | undefined {
  if (code === 408 || code === 504) return 'provider_timeout';
  if (code === 429) return 'rate_limited';
  if (code === 404) return 'not_found';
  return code === 502 || code === 503 ? 'provider_unavailable' : undefined;
}

function fromZod({ name }: Record<string, unknown>): ErrorType | undefined {
  return name === 'ZodError' || name === '$ZodError' ? 'invalid_input' : undefined;
}
