import { Listener } from '@sapphire/framework';
import { apologize } from '../lib/apologize.js';

/** Buttons and forms that go wrong are apologized for like commands. */
export class InteractionHandlerErrorListener extends Listener {
  async run(error, { interaction }) {
    await apologize(interaction, error);
  }
}
