import { Listener } from '@sapphire/framework';
import { apology } from '../lib/apologize.js';

/** Sapphire tells a listener's event by the name of its file. */
export class MessageCommandErrorListener extends Listener {
  async run(error, { message }) {
    await message.reply(apology(error));
  }
}
