import { Command, UserError } from '@sapphire/framework';
import { PROVIDERS, rollSeed } from '../../lib/seeds.js';

/** `$seed alttpr open`, for those who like to type. */
export class SeedCommand extends Command {
  constructor(context, options) {
    super(context, { ...options, description: 'Rolls a seed of any game' });
  }

  /**
   * @param {import('discord.js').Message} message
   * @param {import('@sapphire/framework').Args} args
   */
  async messageRun(message, args) {
    const game = await args.pick('enum', { enum: Object.keys(PROVIDERS) });
    // Which provider is asked shows only now; it is one of our own names, never what the user wrote.
    this.container.telemetry.run(message).annotate({ provider: PROVIDERS[game] });
    const seed = await rollSeed(game, await args.pick('string'));
    if (seed === null) throw new UserError({ identifier: 'invalidPreset', message: 'There is no such preset.' });
    await message.reply(`Your seed: ${seed}`);
  }
}
