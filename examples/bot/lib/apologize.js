import { UserError } from '@sapphire/framework';
import { MessageFlags } from 'discord.js';

/**
 * What a user is told of an error. The message of a UserError is written for users; any other is for the log alone.
 * @param {unknown} error
 */
export function apology(error) {
  return error instanceof UserError ? error.message : 'Sorry, that did not work. Please try again in a minute.';
}

/**
 * Answers an interaction that went wrong, whether it was deferred or not.
 * @param {import('discord.js').RepliableInteraction} interaction
 * @param {unknown} error
 */
export async function apologize(interaction, error) {
  const content = apology(error);
  if (interaction.deferred || interaction.replied) await interaction.editReply({ content });
  else await interaction.reply({ content, flags: MessageFlags.Ephemeral });
}
