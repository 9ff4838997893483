import { Command, UserError } from '@sapphire/framework';
import { PROVIDERS, rollSeed } from '../../lib/seeds.js';

/** How long a user waits for the next seed: this provider asks to be spared. */
const COOLDOWN_MS = 3_000;

export class SmCommand extends Command {
  constructor(context, options) {
    super(context, {
      ...options,
      description: 'Rolls a seed of Super Metroid',
      cooldownDelay: COOLDOWN_MS,
      telemetry: { operation: 'sm_preset', provider: PROVIDERS.sm }
    });
  }

  registerApplicationCommands(registry) {
    registry.registerChatInputCommand((builder) =>
      builder
        .setName(this.name)
        .setDescription(this.description)
        .addStringOption((preset) => preset.setName('preset').setDescription('As normal or tournament').setRequired(true))
    );
  }

  /** @param {Command.ChatInputCommandInteraction} interaction */
  async chatInputRun(interaction) {
    await interaction.deferReply();
    const seed = await rollSeed('sm', interaction.options.getString('preset', true));
    if (seed === null) throw new UserError({ identifier: 'invalidPreset', message: 'There is no such preset. Try normal or tournament.' });
    await interaction.editReply(`Your seed: ${seed}`);
  }
}
