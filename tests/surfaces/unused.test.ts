import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { Command, container, InteractionHandlerTypes } from '@sapphire/framework';
import { Subcommand } from '@sapphire/plugin-subcommands';
import { ApplicationCommandType, type ButtonInteraction, type CommandInteraction } from 'discord.js';
import { settled, startBot } from '../support/bot.ts';
import { sqliteDatabase } from '../support/databases.ts';
import { handlerOf } from './discord/handlersBot.ts';

class Seeds extends Subcommand {
  constructor(context: Subcommand.LoaderContext, options: Subcommand.Options) {
    super(context, {
      ...options,
      telemetry: { feature: 'generator', subcommands: { preset: { operation: 'preset' }, 'admin/quiet': false } },
      subcommands: [
        { name: 'preset', chatInputRun: 'answer' },
        { name: 'mystery', chatInputRun: 'answer' },
        { name: 'admin', type: 'group', entries: ['reset', 'quiet'].map((name) => ({ name, chatInputRun: 'answer' })) }
      ]
    });
  }
  override registerApplicationCommands(): void {}
  async answer(interaction: CommandInteraction): Promise<void> {
    await interaction.reply('done');
  }
}

/** Takes its subcommands apart by itself, and has menus. */
class Race extends Command {
  override registerApplicationCommands(registry: Command.Registry): void {
    registry.registerChatInputCommand((builder) =>
      builder
        .setName('race')
        .setDescription('Races')
        .addSubcommand((one) => one.setName('join').setDescription('Joins'))
        .addSubcommandGroup((group) =>
          group
            .setName('admin')
            .setDescription('For admins')
            .addSubcommand((one) => one.setName('end').setDescription('Ends'))
        )
    );
    registry.registerContextMenuCommand({ name: 'Invite to the race', type: ApplicationCommandType.User });
  }
  override async chatInputRun(interaction: CommandInteraction): Promise<void> {
    await interaction.reply('done');
  }
  override async contextMenuRun(interaction: CommandInteraction): Promise<void> {
    await interaction.reply('done');
  }
}

class Ping extends Command {
  override async messageRun(): Promise<void> {}
}

class Secret extends Ping {
  constructor(context: Command.LoaderContext, options: Command.Options) {
    super(context, { ...options, telemetry: false });
  }
}

class Press extends handlerOf(InteractionHandlerTypes.Button) {
  override async run(interaction: ButtonInteraction): Promise<void> {
    await interaction.reply('pressed');
  }
}

const unused = async (): Promise<string[] | undefined> =>
  (await container.telemetry.report()).unused?.map(({ surface, feature, operation }) => `${surface}.${feature}.${operation}`);

test('a report lists every command, subcommand, menu and handler of the bot that had no run, and none that is left out', async () => {
  let registered: Promise<unknown> | undefined;
  await using bot = await startBot({
    database: await sqliteDatabase(),
    commands: { seeds: Seeds, race: Race, ping: Ping, secret: Secret, hidden: Ping },
    pieces: [
      { store: 'interaction-handlers', name: 'press', piece: Press },
      { store: 'interaction-handlers', name: 'quiet', piece: class extends handlerOf(InteractionHandlerTypes.Button, false) {} }
    ],
    client: { telemetry: { commands: { hidden: false } } },
    beforeLogin: (client) => {
      registered = once(client, 'applicationCommandRegistriesRegistered');
    }
  });
  await registered;
  const all = [
    'discord.generator.preset',
    'discord.generator.seeds_admin_reset',
    'discord.generator.seeds_mystery',
    'discord.ping.ping',
    'discord.press.button',
    'discord.race.invite_to_the_race',
    'discord.race.race_admin_end',
    'discord.race.race_join'
  ];
  expect(await unused()).toEqual(all);
  const { discord } = bot;
  await discord.slash({ command: 'seeds', subcommand: 'preset' });
  await discord.slash({ command: 'race', group: 'admin', subcommand: 'end' });
  await discord.userMenu({ command: 'Invite to the race' });
  await discord.button({ customId: 'any' });
  await settled();
  const used = new Set([
    'discord.generator.preset',
    'discord.race.race_admin_end',
    'discord.race.invite_to_the_race',
    'discord.press.button'
  ]);
  expect(await unused()).toEqual(all.filter((name) => !used.has(name)));
  const { unused: pieces } = await container.telemetry.report();
  expect(pieces).toContainEqual({ surface: 'discord', feature: 'race', operation: 'race_join', piece: 'commands/race' });
  expect((await container.telemetry.report({ surface: 'api' })).unused).toEqual([]);
  expect(container.telemetry.status().replacedNames).toBe(0);
});
