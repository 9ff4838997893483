import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { Command, container, InteractionHandler, InteractionHandlerTypes, type Piece } from '@sapphire/framework';
import { ApplicationCommandType, type ButtonInteraction, type CommandInteraction } from 'discord.js';
import { settled, startBot, type TestBot } from '../../support/bot.ts';
import { onBothDatabases, outcomes, sqliteDatabase } from '../../support/databases.ts';

/** A piece as if its file stood in these folders of its store. */
const inFolder = <Context extends Piece.LoaderContext>(context: Context, folder: string): Context => ({
  ...context,
  root: '/bot',
  path: `/bot/${folder}/piece.js`
});

interface Registered {
  readonly folder?: string;
  readonly slash?: string;
  readonly menus?: readonly string[];
}

/** A command that answers to all that it registers. */
const commandOf = ({ folder = '', slash, menus = [] }: Registered) =>
  class extends Command {
    constructor(context: Command.LoaderContext, options: Command.Options) {
      super(inFolder(context, folder), options);
    }
    override registerApplicationCommands(registry: Command.Registry): void {
      if (slash !== undefined) registry.registerChatInputCommand({ name: slash, description: 'Answers' });
      for (const name of menus) registry.registerContextMenuCommand({ name, type: ApplicationCommandType.User });
    }
    override async chatInputRun(interaction: CommandInteraction): Promise<void> {
      await interaction.reply('done');
    }
    override async contextMenuRun(interaction: CommandInteraction): Promise<void> {
      await interaction.reply('done');
    }
  };

/** A button that is pressed by the name of its piece. */
const buttonIn = (folder: string) =>
  class extends InteractionHandler {
    constructor(context: InteractionHandler.LoaderContext, options: InteractionHandler.Options) {
      super(inFolder(context, folder), { ...options, interactionHandlerType: InteractionHandlerTypes.Button });
    }
    override parse({ customId }: ButtonInteraction) {
      return customId === this.name ? this.some() : this.none();
    }
    override async run(interaction: ButtonInteraction): Promise<void> {
      await interaction.reply('done');
    }
  };

const buttons = (folders: Readonly<Record<string, string>>) =>
  Object.entries(folders).map(([name, folder]) => ({ store: 'interaction-handlers', name, piece: buttonIn(folder) }));

/** A bot that Discord has answered for all that it registers: only then a menu is found by its name. */
async function startNamedBot(options: NonNullable<Parameters<typeof startBot>[0]>): Promise<TestBot> {
  let registered: Promise<unknown> | undefined;
  const bot = await startBot({
    ...options,
    beforeLogin: (client) => {
      registered = once(client, 'applicationCommandRegistriesRegistered');
    }
  });
  await registered;
  return bot;
}

const name = (text: string): string => text.replaceAll('-', '_');

const LONG = 'thirty-two-characters-are-allowed';
const PATH = { command: LONG.slice(0, 32), group: LONG.slice(0, 32), subcommand: LONG.slice(1, 33) };
const DIGITS = 'seed 123 456 789 012 345';

onBothDatabases((createDatabase) => {
  test('every name that Discord and a file system allow is stored, readable and distinct; one of which nothing is left is told once', async () => {
    const database = await createDatabase();
    const menus = ["Get User's Avatar (big) 👍", "Get User's Avatar (big) 👎"];
    await using bot = await startNamedBot({
      database,
      commands: { [PATH.command]: commandOf({}), avatar: commandOf({ folder: '🎮 Games', slash: 'avatar', menus }) },
      pieces: buttons({ '👍': 'votes', [DIGITS]: '🎮 Games', [LONG.repeat(3)]: '🎲 Games', [`${LONG.repeat(3)}!`]: '🎲 Games' })
    });
    const { discord } = bot;
    await discord.slash(PATH);
    for (const command of ['avatar', 'avatar', ...menus])
      await (command === 'avatar' ? discord.slash({ command }) : discord.userMenu({ command }));
    for (const customId of ['👍', '👍', DIGITS, LONG.repeat(3), `${LONG.repeat(3)}!`]) await discord.button({ customId });
    await settled();
    const stored = await outcomes(database);
    const whole = [PATH.command, PATH.group, PATH.subcommand].map(name).join('_');
    expect(whole).toHaveLength(98);
    expect(Object.keys(stored).toSorted()).toEqual([
      // The letters are of the whole name: the same in every process, for ever.
      ...['jdonny', 'nqqjsp'].map((end) => `discord.games_lmtfzy.${name(LONG.repeat(3)).slice(0, 91)}_${end}`),
      'discord.games_twnhdu.avatar',
      ...['ehwxxr', 'yhbnul'].map((end) => `discord.games_twnhdu.get_users_avatar_big_${end}`),
      'discord.other.other',
      `discord.${name(PATH.command)}.${whole}`,
      'discord.votes.other'
    ]);
    const told = bot.log.filter((line) => line.includes('as "other"'));
    expect(told).toHaveLength(2);
    for (const [index, piece] of ['👍', DIGITS].entries()) expect(told[index]).toContain(`"interaction-handlers/${piece}"`);
    expect(container.telemetry.status().counters.refused).toBe(0);
  });
});

test('names are those that an owner would give', async () => {
  const database = await sqliteDatabase();
  await using bot = await startNamedBot({
    database,
    commands: {
      abilityList: commandOf({ folder: 'slash/Pokédex', slash: 'ability-list', menus: ['Ability List'] }),
      card: commandOf({ folder: 'commands/context-menus', slash: 'card', menus: ['Show card'] }),
      profileMenu: commandOf({ menus: ['Profile'] })
    },
    pieces: buttons({
      abilitySelectMenu: 'select-menus/Pokédex',
      confirm: 'buttons',
      HTMLExport: 'interaction-handlers/buttons/exportData'
    })
  });
  const { discord } = bot;
  for (const command of ['ability-list', 'card']) await discord.slash({ command });
  for (const command of ['Ability List', 'Show card', 'Profile']) await discord.userMenu({ command });
  for (const customId of ['abilitySelectMenu', 'confirm', 'HTMLExport']) await discord.button({ customId });
  await settled();
  const one = { runs: 1, ok: 1, failed: 0 };
  expect(await outcomes(database)).toEqual({
    'discord.pokédex.ability_list': { runs: 2, ok: 2, failed: 0 },
    'discord.card.card': one,
    'discord.card.show_card': one,
    'discord.profile_menu.profile_menu': one,
    'discord.pokédex.ability_select_menu': one,
    'discord.confirm.button': one,
    'discord.export_data.html_export': one
  });
});
