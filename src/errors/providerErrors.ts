import type { ErrorType } from '../events/errorTypes.ts';

const NETWORK_TIMEOUTS = new Set([
  'ETIMEDOUT',
  'ESOCKETTIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT'
]);
const NETWORK_FAULTS = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'UND_ERR_SOCKET',
  'UND_ERR_DESTROYED',
  'UND_ERR_CLOSED'
]);

/** The type of an error met while an outside service was asked, or its answer read; `undefined` for any other. */
export function fromProvider(error: Record<string, unknown>): ErrorType | undefined {
  return fromAbort(error) ?? fromNetwork(error) ?? fromHttp(error) ?? fromZod(error);
}

/** What an HTTP status means whoever answered it; `undefined` for one that depends on that. */
export function fromHttpStatus(code: number): ErrorType | undefined {
  if (code === 408 || code === 504) return 'provider_timeout';
  if (code === 429) return 'rate_limited';
  if (code === 404) return 'not_found';
  return code === 502 || code === 503 ? 'provider_unavailable' : undefined;
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
  const inner = response as Record<string, unknown> | null | undefined;
  const code = status ?? statusCode ?? inner?.['status'] ?? inner?.['statusCode'];
  if (typeof code !== 'number' || !(code >= 400 && code <= 599)) return undefined;
  return fromHttpStatus(code) ?? 'provider_error';
}

function fromZod({ name }: Record<string, unknown>): ErrorType | undefined {
  return name === 'ZodError' || name === '$ZodError' ? 'invalid_input' : undefined;
}
