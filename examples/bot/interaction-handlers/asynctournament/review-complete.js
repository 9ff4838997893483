import { InteractionHandler, InteractionHandlerTypes, UserError } from '@sapphire/framework';
import { BUTTONS } from '../../lib/asynctournament.js';

/** A reviewer's button at a run that was submitted. Measured as discord.asynctournament.review_complete.* */
export class ReviewCompleteHandler extends InteractionHandler {
  constructor(context, options) {
    super(context, { ...options, interactionHandlerType: InteractionHandlerTypes.Button });
  }

  parse({ customId }) {
    return customId === BUTTONS.accept ? this.some() : this.none();
  }

  /** @param {import('discord.js').ButtonInteraction} interaction */
  async run(interaction) {
    // An interaction handler has no preconditions. Telemetry knows this identifier as one of its error types.
    if (!interaction.memberPermissions?.has('ManageEvents')) {
      throw new UserError({ identifier: 'permissionDenied', message: 'Only who manages the events of this server accepts runs.' });
    }
    await interaction.update({ content: `${interaction.message.content} Accepted.`, components: [] });
  }
}
