import { DiscordAPIError } from 'discord.js';
import { ErrorClassifier } from '../../src/errors/errorClassifier.ts';

/** What an error is of which nothing is known. */
export const UNEXPECTED = { status: 'error', errorType: 'unexpected_error' } as const;

/** What the plugin alone makes of an error, as `status errorType`. */
export function classify(error: unknown): string {
  const { status, errorType } = new ErrorClassifier().fromError(error);
  return `${status} ${errorType}`;
}

/** An error as Discord answers it, with a message that means something else. */
export function discordError(code: number, status: number): DiscordAPIError {
  return new DiscordAPIError({ code, message: 'timeout' }, code, status, 'POST', 'https://discord.com/api/v10/x', {
    body: undefined,
    files: undefined
  });
}

/** A function of a bot that fails. */
export function trap(): never {
  throw new Error('a trap');
}
