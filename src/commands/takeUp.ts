import { DiscordAPIError, DiscordjsError, DiscordjsErrorCodes, RESTJSONErrorCodes } from 'discord.js';

/**
 * Answers an interaction for the first time, unless that is done: then another process of the bot, or a piece of it, answers.
 * @returns whether the answer is ours.
 */
export async function takeUp(answer: () => Promise<unknown>): Promise<boolean> {
  try {
    await answer();
    return true;
  } catch (error) {
    if (isTaken(error)) return false;
    throw error;
  }
}

function isTaken(error: unknown): boolean {
  if (error instanceof DiscordAPIError) return error.code === RESTJSONErrorCodes.InteractionHasAlreadyBeenAcknowledged;
  return error instanceof DiscordjsError && error.code === DiscordjsErrorCodes.InteractionAlreadyReplied;
}
