import { InteractionHandler, InteractionHandlerTypes } from '@sapphire/framework';
import { ActionRowBuilder, ButtonBuilder, ButtonStyle, MessageFlags } from 'discord.js';
import { BUTTONS, RUN_FORM } from '../../lib/asynctournament.js';

/** The form with the time of a run. Measured as discord.asynctournament.run_submit.* */
export class RunSubmitHandler extends InteractionHandler {
  constructor(context, options) {
    super(context, { ...options, interactionHandlerType: InteractionHandlerTypes.ModalSubmit });
  }

  parse({ customId }) {
    return customId === RUN_FORM ? this.some() : this.none();
  }

  /** @param {import('discord.js').ModalSubmitInteraction} interaction */
  async run(interaction) {
    const time = interaction.fields.getTextInputValue('time');
    if (!/^\d{1,2}:[0-5]\d:[0-5]\d$/.test(time)) {
      this.container.telemetry.run(interaction).fail('invalid_input');
      await interaction.reply({ content: 'That is no time. Write it as 1:23:45.', flags: MessageFlags.Ephemeral });
      return;
    }
    const accept = new ButtonBuilder().setCustomId(BUTTONS.accept).setLabel('Accept').setStyle(ButtonStyle.Success);
    const components = [new ActionRowBuilder().addComponents(accept)];
    await interaction.reply({ content: `<@${interaction.user.id}> finished in ${time}.`, components });
  }
}
