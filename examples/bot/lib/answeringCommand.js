import { Command, UserError } from '@sapphire/framework';
import { apologize } from './apologize.js';

/** The base of commands that answer what goes wrong by themselves: Sapphire hears of no error then, so telemetry is told here, once for all. */
export class AnsweringCommand extends Command {
  /**
   * Sapphire calls it; a command of this kind says what it does in `answer`.
   * @param {import('discord.js').ChatInputCommandInteraction} interaction
   */
  async chatInputRun(interaction) {
    try {
      await this.answer(interaction);
    } catch (error) {
      // The identifier is a constant in code. One that is no error type counts as `unexpected_error`, as everything else does.
      this.container.telemetry.run(interaction).fail(error instanceof UserError ? error.identifier : 'unexpected_error');
      await apologize(interaction, error);
    }
  }

  /**
   * @abstract
   * @param {import('discord.js').ChatInputCommandInteraction} _interaction
   * @returns {Promise<void>}
   */
  answer(_interaction) {
    throw new TypeError(`${this.name} does not say what it does`);
  }
}
