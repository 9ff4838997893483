import { Listener } from '@sapphire/framework';
import { apologize } from '../lib/apologize.js';

/** Sapphire tells a listener's event by the name of its file. */
export class ChatInputCommandErrorListener extends Listener {
  async run(error, { interaction }) {
    await apologize(interaction, error);
  }
}
