import { describe, expect, test } from '@jest/globals';
import { ArgumentError, Identifiers, PreconditionError, UserError } from '@sapphire/framework';
import { classify } from './classify.ts';

const preconditionError = (identifier: string): PreconditionError =>
  new PreconditionError({ precondition: { name: 'SomePrecondition' } as never, identifier });

const argumentError = (identifier: string): ArgumentError =>
  new ArgumentError({ argument: { name: 'integer' } as never, parameter: 'what a user wrote', identifier });

describe('an error of Sapphire', () => {
  test.each([
    ['an argument that is missing', new UserError({ identifier: Identifiers.ArgsMissing }), 'error invalid_input'],
    ['an argument that is no number', argumentError(Identifiers.ArgumentIntegerError), 'error invalid_input'],
    ['an argument by an identifier that a bot invented', argumentError('tooSpicy'), 'error invalid_input'],
    ['a cooldown', preconditionError(Identifiers.PreconditionCooldown), 'error rate_limited'],
    ['a cooldown thrown as a UserError', new UserError({ identifier: Identifiers.PreconditionCooldown }), 'error rate_limited'],
    ['missing permissions of the bot', preconditionError(Identifiers.PreconditionClientPermissions), 'error bot_permission_missing'],
    ['missing permissions of the user', preconditionError(Identifiers.PreconditionUserPermissions), 'denied permission_denied'],
    ['a place where it may not run', preconditionError(Identifiers.PreconditionRunIn), 'denied permission_denied'],
    ['a disabled command', preconditionError(Identifiers.CommandDisabled), 'denied permission_denied'],
    ["a precondition of the bot's own", preconditionError('SomePrecondition'), 'denied permission_denied'],
    ['an identifier that is an error type', new UserError({ identifier: 'ProviderTimeout' }), 'timeout provider_timeout'],
    ['an identifier that is an error type, in kebab case', new UserError({ identifier: 'invalid-preset' }), 'error invalid_preset']
  ])('that is %s', (_, error, expected) => {
    expect(classify(error)).toBe(expected);
  });

  test('has an error type for every identifier there is', () => {
    for (const identifier of Object.values(Identifiers)) {
      const types = [new UserError({ identifier }), argumentError(identifier), preconditionError(identifier)].map(classify);
      expect(types).not.toContain('error unexpected_error');
    }
  });
});
