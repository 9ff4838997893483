import { Identifiers } from '@sapphire/framework';
import type { ErrorType } from '../events/errorTypes.ts';

const USER_ERRORS = new Set<unknown>(['UserError', 'ArgumentError', 'PreconditionError']);

/** @sapphire/plugin-subcommands has one of its own, and gives it no name in code. */
const SUBCOMMAND_COOLDOWN = 'subcommandPreconditionCooldown';

const TYPES = new Map<string, ErrorType>([
  [Identifiers.PreconditionCooldown, 'rate_limited'],
  [SUBCOMMAND_COOLDOWN, 'rate_limited'],
  [Identifiers.PreconditionMissingChatInputHandler, 'missing_handler'],
  [Identifiers.PreconditionMissingContextMenuHandler, 'missing_handler'],
  [Identifiers.PreconditionMissingMessageHandler, 'missing_handler'],
  [Identifiers.PreconditionClientPermissions, 'bot_permission_missing'],
  [Identifiers.PreconditionClientPermissionsNoClient, 'bot_permission_missing'],
  [Identifiers.PreconditionClientPermissionsNoPermissions, 'bot_permission_missing']
]);

/** What all identifiers of Sapphire's preconditions begin with. */
const PRECONDITION = 'precondition';

/** The identifier of a UserError of Sapphire: a constant in code, the framework's or the bot's. */
export function identifierOf({ name, identifier }: Record<string, unknown>): string | undefined {
  return typeof identifier === 'string' && USER_ERRORS.has(name) ? identifier : undefined;
}

/** The type of a UserError of Sapphire; `undefined` for any other error. */
export function fromSapphire(error: Record<string, unknown>): ErrorType | undefined {
  const identifier = identifierOf(error);
  if (identifier === undefined) return undefined;
  const type = TYPES.get(identifier);
  if (type !== undefined) return type;
  return identifier.startsWith(PRECONDITION) || error['name'] === 'PreconditionError' ? 'permission_denied' : 'invalid_input';
}
