import type { Status } from '../schema/closedLists.ts';

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
  already_replied: 'error',
  user_timeout: 'timeout',
  content_blocked: 'error',
  limit_reached: 'error',
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
  /** Whether no time can be told: it was not allowed to start, or did not come to its end. */
  readonly untimed?: true;
}

/** How a run ended. */
export type Outcome = 'success' | Failure;

/** Whether a text is one of the plugin's own error types. */
export function isErrorType(text: string): text is ErrorType {
  return Object.hasOwn(ERROR_TYPES, text);
}
