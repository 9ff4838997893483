import type { ErrorType } from '../events/errorTypes.ts';
import { fromHttpStatus } from './providerErrors.ts';

/** How a request failed, by the HTTP status that the bot itself answered; `undefined` when it did not fail. */
export function fromHttpAnswer(status: number): ErrorType | undefined {
  if (status < 400) return undefined;
  if (status === 401 || status === 403) return 'permission_denied';
  return fromHttpStatus(status) ?? (status < 500 ? 'invalid_input' : 'unexpected_error');
}
