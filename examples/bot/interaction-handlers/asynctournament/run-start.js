import { InteractionHandler, InteractionHandlerTypes } from '@sapphire/framework';
import { ActionRowBuilder, ButtonBuilder, ButtonStyle, MessageFlags } from 'discord.js';
import { BUTTONS } from '../../lib/asynctournament.js';
import { rollSeed } from '../../lib/seeds.js';

/** The button of a tournament that starts one's run. Measured as discord.asynctournament.run_start.*, after its folder and its file. */
export class RunStartHandler extends InteractionHandler {
  constructor(context, options) {
    super(context, { ...options, interactionHandlerType: InteractionHandlerTypes.Button, telemetry: { provider: 'alttpr' } });
  }

  parse({ customId }) {
    return customId === BUTTONS.start ? this.some() : this.none();
  }

  /** @param {import('discord.js').ButtonInteraction} interaction */
  async run(interaction) {
    const seed = await rollSeed('alttpr', 'open');
    const finish = new ButtonBuilder().setCustomId(BUTTONS.finish).setLabel('I have finished').setStyle(ButtonStyle.Primary);
    const components = [new ActionRowBuilder().addComponents(finish)];
    await interaction.reply({ content: `Your seed: ${seed}. Go!`, components, flags: MessageFlags.Ephemeral });
  }
}
