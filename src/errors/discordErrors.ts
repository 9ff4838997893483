import { RESTJSONErrorCodes } from 'discord.js';
import type { ErrorType } from '../events/errorTypes.ts';

/** By Discord's JSON error codes. */
const TYPES = new Map<unknown, ErrorType>([
  [RESTJSONErrorCodes.UnknownInteraction, 'interaction_expired'],
  [RESTJSONErrorCodes.UnknownWebhook, 'interaction_expired'],
  [RESTJSONErrorCodes.InvalidWebhookToken, 'interaction_expired'],
  [RESTJSONErrorCodes.InteractionHasAlreadyBeenAcknowledged, 'interaction_expired'],
  [RESTJSONErrorCodes.MissingAccess, 'bot_permission_missing'],
  [RESTJSONErrorCodes.MissingPermissions, 'bot_permission_missing'],
  [RESTJSONErrorCodes.CannotSendMessagesToThisUser, 'bot_permission_missing'],
  [RESTJSONErrorCodes.CannotReplyWithoutPermissionToReadMessageHistory, 'bot_permission_missing']
]);

/** The type of an error of discord.js; `undefined` for any other. Errors are known by their names: there may be several copies of their classes. */
export function fromDiscord({ name, code, status, requestBody }: Record<string, unknown>): ErrorType | undefined {
  if (typeof name !== 'string') return undefined;
  if (name.startsWith('RateLimitError')) return 'rate_limited';
  // Other clients call theirs HTTPError too; only Discord's keeps the body that was sent.
  if (name.startsWith('HTTPError') && requestBody !== undefined) return 'discord_unavailable';
  if (!name.startsWith('DiscordAPIError')) return undefined;
  const type = TYPES.get(code);
  if (type !== undefined) return type;
  if (status === 429) return 'rate_limited';
  return typeof status === 'number' && status >= 500 ? 'discord_unavailable' : 'unexpected_error';
}
