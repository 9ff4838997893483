import { Command } from '@sapphire/framework';
import { ApplicationCommandType, MessageFlags } from 'discord.js';
import { tournaments } from '../../lib/tournaments.js';

/** In the menu of a user: Apps, Race record. */
export class RaceRecordCommand extends Command {
  registerApplicationCommands(registry) {
    registry.registerContextMenuCommand((builder) => builder.setName('Race record').setType(ApplicationCommandType.User));
  }

  /** @param {import('discord.js').UserContextMenuCommandInteraction} interaction */
  async contextMenuRun(interaction) {
    const entered = [...tournaments.values()].filter(({ racers }) => racers.has(interaction.targetId)).length;
    const content = `${interaction.targetUser.displayName} races in ${entered} of ${tournaments.size} tournaments.`;
    await interaction.reply({ content, flags: MessageFlags.Ephemeral });
  }
}
