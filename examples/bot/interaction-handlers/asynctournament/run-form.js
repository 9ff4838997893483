import { InteractionHandler, InteractionHandlerTypes } from '@sapphire/framework';
import { ActionRowBuilder, ModalBuilder, TextInputBuilder, TextInputStyle } from 'discord.js';
import { BUTTONS, RUN_FORM } from '../../lib/asynctournament.js';

/** Asks for the time of a run. It is left out: what counts is whether a run is submitted. */
export class RunFormHandler extends InteractionHandler {
  constructor(context, options) {
    super(context, { ...options, interactionHandlerType: InteractionHandlerTypes.Button, telemetry: false });
  }

  parse({ customId }) {
    return customId === BUTTONS.finish ? this.some() : this.none();
  }

  /** @param {import('discord.js').ButtonInteraction} interaction */
  async run(interaction) {
    const time = new TextInputBuilder().setCustomId('time').setLabel('Your time, as 1:23:45').setStyle(TextInputStyle.Short);
    await interaction.showModal(
      new ModalBuilder().setCustomId(RUN_FORM).setTitle('Your run').addComponents(new ActionRowBuilder().addComponents(time))
    );
  }
}
