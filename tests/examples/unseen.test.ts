import { expect, test } from '@jest/globals';
import { Command, container, Listener, UserError } from '@sapphire/framework';
import type { ButtonInteraction, ChatInputCommandInteraction, Interaction, Message } from 'discord.js';
import { settled } from '../support/bot.ts';
import { outcomes } from '../support/databases.ts';
import { startMeasuredBot } from '../support/measuredBot.ts';
import { failures } from '../surfaces/terminalEvents.ts';

/** The sample bot is written in JavaScript. */
const SAMPLE: string = '../../examples/bot/lib/answeringCommand.js';
type AnsweringConstructor = new (
  context: Command.LoaderContext,
  options: Command.Options
) => Command & { answer(interaction: ChatInputCommandInteraction): Promise<void> };
const { AnsweringCommand } = (await import(SAMPLE)) as { AnsweringCommand: AnsweringConstructor };

const done = { runs: 1, ok: 1, failed: 0 };
const failed = { runs: 1, ok: 0, failed: 1 };

class Roll extends AnsweringCommand {
  override async answer(interaction: ChatInputCommandInteraction): Promise<void> {
    const end = interaction.options.getString('end');
    if (end === 'preset') throw new UserError({ identifier: 'invalidPreset', message: 'There is no such preset.' });
    if (end === 'bug') throw new TypeError('a bug of the bot');
    await interaction.reply('rolled');
  }
}

/** Dispatches another command, answers a button, and listens to one more: Sapphire tells of none of them. */
class Menu extends Command {
  override async messageRun(message: Message): Promise<void> {
    const { telemetry, stores } = this.container;
    const about = { surface: 'discord', guildId: message.guildId } as const;
    message.channel.createMessageComponentCollector().on('collect', (button) => {
      if (button.customId === 'page 2')
        void telemetry.track({ ...about, feature: 'menu', operation: 'page' }, () => button.reply('page 2'));
    });
    const ping = stores.get('commands').get('ping');
    await telemetry.track({ ...about, feature: 'menu', operation: 'ping' }, () => ping?.messageRun?.(message, {} as never, {} as never));
  }
}

class Ping extends Command {
  override async messageRun(message: Message): Promise<void> {
    await message.reply('pong');
  }
}

class Vote extends Listener {
  constructor(context: Listener.LoaderContext, options: Listener.Options) {
    super(context, { ...options, event: 'interactionCreate' });
  }
  override async run(interaction: Interaction): Promise<void> {
    if (!interaction.isButton() || interaction.customId !== 'vote') return;
    await this.container.telemetry.track(
      { surface: 'discord', feature: 'polls', operation: 'vote', guildId: interaction.guildId },
      async (run) => this.#vote(interaction, run)
    );
  }
  async #vote(interaction: ButtonInteraction, run: { fail(errorType: string): void }): Promise<void> {
    run.fail('limit_reached');
    await interaction.reply('You have voted already.');
  }
}

test('what Sapphire does not tell of is measured as the page on instrumentation shows', async () => {
  await using bot = await startMeasuredBot({
    commands: { roll: Roll, menu: Menu, ping: Ping },
    pieces: [{ store: 'listeners', name: 'vote', piece: Vote }]
  });
  const { discord, database } = bot;
  for (const end of ['well', 'preset', 'bug']) expect(await discord.slash({ command: 'roll', options: { end } })).toBeDefined();
  expect((await discord.button({ customId: 'vote' }))?.content).toBe('You have voted already.');
  expect((await discord.message({ content: '!menu' }))?.content).toBe('pong');
  expect((await discord.button({ customId: 'page 2' }))?.content).toBe('page 2');
  await settled();
  expect(container.telemetry.status().replacedNames).toBe(0);
  expect(await outcomes(database)).toEqual({
    'discord.roll.roll': { runs: 3, ok: 1, failed: 2 },
    'discord.polls.vote': failed,
    'discord.menu.menu': done,
    'discord.menu.ping': done,
    'discord.menu.page': done
  });
  expect((await failures(database)).map((row) => row['error_type'])).toEqual(['limit_reached', 'invalid_preset', 'unexpected_error']);
});
