import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { Command, container, InteractionHandler, InteractionHandlerTypes, LogLevel, SapphireClient } from '@sapphire/framework';
import { Subcommand } from '@sapphire/plugin-subcommands';
import { ApplicationCommandOptionType, ApplicationCommandType, Partials, Team } from 'discord.js';
import type { AutocompleteInteraction, ButtonInteraction, Message, ModalSubmitInteraction } from 'discord.js';
import type { ChatInputCommandInteraction, UserContextMenuCommandInteraction } from 'discord.js';
import { DiscordStandIn, standInUser } from '../../../examples/stand-ins/discord.ts';

class Ping extends Command {
  override registerApplicationCommands(registry: Command.Registry): void {
    registry.registerChatInputCommand({ name: 'ping', description: 'Answers' });
  }
  override async chatInputRun(interaction: ChatInputCommandInteraction): Promise<void> {
    await interaction.reply({ content: `pong ${interaction.user.username} ${interaction.guild?.name}`, flags: 'Ephemeral' });
  }
  override async messageRun(message: Message): Promise<void> {
    await message.reply(`pong ${message.author.username} ${message.guild?.name}`);
  }
}

class Roll extends Command {
  override registerApplicationCommands(registry: Command.Registry): void {
    const preset = { name: 'preset', description: 'A preset', type: ApplicationCommandOptionType.String, autocomplete: true } as const;
    const speed = { name: 'speed', description: 'A number', type: ApplicationCommandOptionType.Number } as const;
    const racer = { name: 'racer', description: 'A user', type: ApplicationCommandOptionType.User } as const;
    registry.registerChatInputCommand({ name: 'roll', description: 'Rolls a seed', options: [preset, speed, racer] });
  }
  override async chatInputRun(interaction: ChatInputCommandInteraction): Promise<void> {
    const { options } = interaction;
    await interaction.deferReply();
    const content = `speed ${options.getNumber('speed')} for ${options.getUser('racer')?.username}`;
    await interaction.editReply({ content, files: [{ attachment: Buffer.from('a spoiler'), name: 'spoiler.txt' }] });
  }
  override async autocompleteRun(interaction: AutocompleteInteraction): Promise<void> {
    await interaction.respond([{ name: interaction.options.getFocused(true).name, value: interaction.options.getFocused() }]);
  }
}

class Race extends Subcommand {
  constructor(context: Subcommand.LoaderContext, options: Subcommand.Options) {
    super(context, { ...options, subcommands: [{ name: 'room', type: 'group', entries: [{ name: 'open', chatInputRun: 'open' }] }] });
  }
  override registerApplicationCommands(registry: Subcommand.Registry): void {
    const seats = { name: 'seats', description: 'How many', type: ApplicationCommandOptionType.Integer } as const;
    const open = { name: 'open', description: 'Opens', type: ApplicationCommandOptionType.Subcommand, options: [seats] } as const;
    const room = { name: 'room', description: 'Rooms', type: ApplicationCommandOptionType.SubcommandGroup, options: [open] } as const;
    const guildIds = [...this.container.client.guilds.cache.keys()];
    registry.registerChatInputCommand({ name: 'race', description: 'Races', options: [room] }, { guildIds });
  }
  async open(interaction: ChatInputCommandInteraction): Promise<void> {
    await interaction.reply(`${interaction.options.getInteger('seats')} seats`);
  }
}

class Profile extends Command {
  override registerApplicationCommands(registry: Command.Registry): void {
    registry.registerContextMenuCommand({ name: 'Profile', type: ApplicationCommandType.User });
  }
  override async contextMenuRun(interaction: UserContextMenuCommandInteraction): Promise<void> {
    const { resource } = await interaction.reply({ content: `about ${interaction.targetUser.username}`, withResponse: true });
    await interaction.followUp(`${resource?.message?.content}, and more`);
  }
}

class Buttons extends InteractionHandler {
  constructor(context: InteractionHandler.LoaderContext, options: InteractionHandler.Options) {
    super(context, { ...options, interactionHandlerType: InteractionHandlerTypes.Button });
  }
  async run(interaction: ButtonInteraction): Promise<void> {
    if (interaction.customId === 'update') await interaction.update(`was: ${interaction.message.content}`);
    else await interaction.showModal({ title: 'Form', customId: 'form', components: [] });
  }
}

class Forms extends InteractionHandler {
  constructor(context: InteractionHandler.LoaderContext, options: InteractionHandler.Options) {
    super(context, { ...options, interactionHandlerType: InteractionHandlerTypes.ModalSubmit });
  }
  async run(interaction: ModalSubmitInteraction): Promise<void> {
    await interaction.reply(`because ${interaction.fields.getTextInputValue('why')}`);
  }
}

let discord: DiscordStandIn;
let client: SapphireClient;

beforeAll(async () => {
  discord = await DiscordStandIn.start();
  client = new SapphireClient({
    intents: ['Guilds', 'GuildMessages', 'MessageContent', 'DirectMessages'],
    partials: [Partials.Channel],
    rest: { api: discord.restUrl },
    baseUserDirectory: null,
    loadMessageCommandListeners: true,
    defaultPrefix: '!',
    logger: { level: LogLevel.None }
  });
  const commands = Object.entries({ Ping, Roll, Race, Profile });
  for (const [name, piece] of commands) await container.stores.loadPiece({ store: 'commands', name: name.toLowerCase(), piece });
  const handlers = Object.entries({ Buttons, Forms });
  for (const [name, piece] of handlers) await container.stores.loadPiece({ store: 'interaction-handlers', name, piece });
  const registered = new Promise((resolve) => client.once('applicationCommandRegistriesRegistered', resolve));
  await client.login(discord.token);
  await registered;
});

afterEach(() => {
  discord.onRequest = undefined;
});

afterAll(async () => {
  await client.destroy();
  await discord.stop();
});

test('a client logs in, sees its guild and registers its commands there and everywhere', () => {
  expect(client.guilds.cache.map(({ name }) => name)).toEqual(['Stand-in guild']);
  const guildOf = Object.fromEntries(discord.commands.map(({ name, guild_id }) => [name, guild_id]));
  expect(guildOf).toEqual({ ping: undefined, roll: undefined, Profile: undefined, race: discord.guilds[0]?.id });
});

test('a slash command is answered in a guild and in direct messages', async () => {
  const inGuild = await discord.slash({ command: 'ping', user: standInUser('alice') });
  expect(inGuild).toMatchObject({ content: 'pong alice Stand-in guild', ephemeral: true, deferred: false });
  expect(inGuild?.latencyMs).toBeGreaterThan(0);
  expect(await discord.slash({ command: 'ping', guildId: null })).toMatchObject({ content: 'pong player undefined' });
});

test('a deferred answer ends with its edit, and options have the types that were registered', async () => {
  const racer = standInUser('bob');
  await discord.slash({ command: 'ping', user: racer });
  const reply = await discord.slash({ command: 'roll', options: { speed: 2, racer: racer.id } });
  expect(reply).toMatchObject({ content: 'speed 2 for bob', deferred: true, files: [{ name: 'spoiler.txt', text: 'a spoiler' }] });
});

test('a subcommand in a group, a context menu and an autocomplete are answered', async () => {
  const race = await discord.slash({ command: 'race', group: 'room', subcommand: 'open', options: { seats: 4 } });
  expect(race?.content).toBe('4 seats');
  expect(await discord.userMenu({ command: 'Profile', target: standInUser('carol') })).toMatchObject({ content: 'about carol' });
  const choices = await discord.autocomplete({ command: 'roll', focused: { name: 'preset', value: 'op' } });
  expect(choices?.choices).toEqual([{ name: 'preset', value: 'op' }]);
});

test('a button edits its own message or opens a form, and the form is answered', async () => {
  const race = await discord.slash({ command: 'race', group: 'room', subcommand: 'open', options: { seats: 8 } });
  const messageId = race?.messageId ?? '';
  expect(await discord.button({ customId: 'update', messageId })).toMatchObject({ content: 'was: 8 seats', messageId });
  expect((await discord.button({ customId: 'form' }))?.modal?.custom_id).toBe('form');
  expect(await discord.modal({ customId: 'form', fields: { why: 'so' } })).toMatchObject({ content: 'because so' });
});

test('a message command is answered in a guild and in direct messages', async () => {
  expect(await discord.message({ content: '!ping' })).toMatchObject({ content: 'pong player Stand-in guild' });
  expect(await discord.message({ content: '!ping', guildId: null })).toMatchObject({ content: 'pong player undefined' });
  expect(await discord.message({ content: 'hello', timeoutMs: 50 })).toBeUndefined();
});

test('what the bot writes of itself is seen where it wrote it, and once where it asks for that', async () => {
  const reader = standInUser('reader');
  for (const nonce of ['1', '1', '2']) await client.users.send(reader.id, { content: `news ${nonce}`, nonce, enforceNonce: true });
  expect(discord.written({ guildId: null, user: reader }).map(({ content }) => content)).toEqual(['news 1', 'news 2']);
  expect(discord.written({ guildId: null, user: standInUser('another') })).toEqual([]);
});

test('two hundred people at once each get their own answer', async () => {
  const people = Array.from({ length: 200 }, (_, n) => standInUser(`person${n}`));
  const replies = await Promise.all(people.map((user) => discord.slash({ command: 'ping', user })));
  expect(replies.map((reply) => reply?.content)).toEqual(people.map(({ name }) => `pong ${name} Stand-in guild`));
});

test('a fault reaches the bot as the error that Discord would have sent', async () => {
  discord.onRequest = ({ path }) =>
    path.endsWith('/callback') ? { status: 404, body: { code: 10_062, message: 'Unknown interaction' } } : undefined;
  const failed = new Promise((resolve) => client.once('chatInputCommandError', resolve));
  expect(await discord.slash({ command: 'ping', timeoutMs: 100 })).toBeUndefined();
  expect(await failed).toMatchObject({ code: 10_062, status: 404 });
});

test('the application may change hands while the bot runs', async () => {
  expect((await client.application?.fetch())?.owner).toMatchObject({ id: discord.owner.id, username: 'owner' });
  const [leader, helper] = [standInUser('leader'), standInUser('helper')];
  const members = [leader, helper].map((user) => ({ user, role: 'developer' as const, membershipState: 2 as const }));
  discord.setApplication({ team: { ownerId: leader.id, members } });
  const team = (await client.application?.fetch())?.owner;
  expect(team).toMatchObject({ ownerId: leader.id, owner: { user: { username: 'leader' } } });
  expect(team instanceof Team && team.members.map(({ id, role }) => [id, role])).toEqual(members.map(({ user, role }) => [user.id, role]));
});

test('a client that lost its connection resumes and answers what it missed', async () => {
  const resumed = new Promise((resolve) => client.once('shardResume', resolve));
  discord.disconnect();
  const reply = discord.slash({ command: 'ping' });
  await resumed;
  expect((await reply)?.content).toBe('pong player Stand-in guild');
});
