import { Command } from '@sapphire/framework';
import { PROVIDERS, rollSeed } from '../../lib/seeds.js';

/** The same seed for everybody, all day. */
export class DailyCommand extends Command {
  #day = '';
  /** @type {string | null} */
  #seed = null;

  constructor(context, options) {
    super(context, { ...options, description: 'The challenge of the day', telemetry: { operation: 'challenge' } });
  }

  registerApplicationCommands(registry) {
    registry.registerChatInputCommand((builder) => builder.setName(this.name).setDescription(this.description));
  }

  /** @param {Command.ChatInputCommandInteraction} interaction */
  async chatInputRun(interaction) {
    const today = new Date().toISOString().slice(0, 10);
    if (this.#day !== today) {
      // Only the first of the day asks the provider.
      this.container.telemetry.run(interaction).annotate({ provider: PROVIDERS.alttpr });
      this.#seed = await rollSeed('alttpr', 'open');
      this.#day = today;
    }
    await interaction.reply(`The challenge of ${today}: ${this.#seed}`);
  }
}
