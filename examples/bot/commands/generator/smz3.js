import { Command, UserError } from '@sapphire/framework';
import { PROVIDERS, rollSeed } from '../../lib/seeds.js';

export class Smz3Command extends Command {
  constructor(context, options) {
    super(context, {
      ...options,
      description: 'Rolls a seed of Super Metroid and A Link to the Past combined',
      // The feature is this folder's name, generator.
      telemetry: { operation: 'smz3_preset', provider: PROVIDERS.smz3 }
    });
  }

  registerApplicationCommands(registry) {
    registry.registerChatInputCommand((builder) =>
      builder
        .setName(this.name)
        .setDescription(this.description)
        .addStringOption((preset) => preset.setName('preset').setDescription('As normal or hard').setRequired(true))
    );
  }

  /** @param {Command.ChatInputCommandInteraction} interaction */
  async chatInputRun(interaction) {
    await interaction.deferReply();
    const seed = await rollSeed('smz3', interaction.options.getString('preset', true));
    // Telemetry knows this identifier as the error type invalid_preset; a listener shows the message to the user.
    if (seed === null) throw new UserError({ identifier: 'invalidPreset', message: 'There is no such preset. Try normal or hard.' });
    await interaction.editReply(`Your seed: ${seed}`);
  }
}
