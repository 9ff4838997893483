import { expect, jest, test } from '@jest/globals';
import { Command } from '@sapphire/framework';
import { ApplicationIntegrationType, InteractionContextType, PermissionFlagsBits, type ChatInputCommandInteraction } from 'discord.js';
import { DiscordStandIn, standInUser, type Caller, type CommandCall, type Reply } from '../examples/stand-ins/discord.ts';
import { SqlStore } from '../src/storage/sqlStore.ts';
import { ENABLED, settled, startBot, until, type TestBot } from './support/bot.ts';
import { countEvents, onBothDatabases, sqliteDatabase, temporaryFolder } from './support/databases.ts';
import { probe } from './support/packageProbe.ts';
import { atSuiteEnd } from './support/postgresSuite.ts';

const REFUSAL = "Sorry, only this bot's owners can use this command.";
const APPLICATION = /^\/(oauth2\/)?applications\/@me$/;
const COMMANDS_MANAGED = /^\/applications\/[^/]+(\/guilds\/[^/]+)?\/commands/;

class Ping extends Command {
  override async chatInputRun(interaction: ChatInputCommandInteraction): Promise<void> {
    await interaction.reply('pong');
  }
}

async function startEnabled(options: Parameters<typeof startBot>[0] = {}): Promise<TestBot> {
  const { env } = await sqliteDatabase();
  return startBot({ commands: { ping: Ping }, ...options, env: { ...ENABLED, ...env, ...options.env } });
}

const telemetry = ({ discord }: TestBot, call: Omit<CommandCall, 'command'> & Caller = {}): Promise<Reply | undefined> =>
  discord.slash({ command: 'telemetry', subcommand: 'report', user: discord.owner, ...call });

/** What is seen by someone who may not: one sentence, only by themselves, and nothing else. */
const refused = expect.objectContaining({ content: REFUSAL, ephemeral: true, embeds: [], files: [], components: [] });
/** What is seen by someone who may. */
const answered = expect.objectContaining({
  content: '',
  ephemeral: true,
  embeds: [expect.objectContaining({ title: expect.any(String) })]
});

onBothDatabases((createDatabase) => {
  test("the application's owner reads the report as an embed or as a file, and nobody else sees it", async () => {
    const database = await createDatabase();
    const bot = await startBot({ commands: { ping: Ping }, env: { ...ENABLED, ...database.env } });
    await bot.discord.slash({ command: 'ping' });
    await settled();

    const embed = await telemetry(bot);
    expect(embed).toEqual(answered);
    expect(embed?.embeds[0]?.description).toMatch(/^2 events · 1 run · 100\.0% succeeded · fewer than 5 active guilds$/);
    for (const [format, content] of Object.entries({ text: /ping +1 +100\.0%/, csv: /discord,ping\.ping,,1,1,0/, json: /"events": ?2/ })) {
      const reply = await telemetry(bot, { options: { format, days: 1, surface: 'discord' } });
      expect(reply).toMatchObject({ ephemeral: true, embeds: [], files: [{ name: expect.stringMatching(/^telemetry\.(txt|csv|json)$/) }] });
      expect(reply?.files[0]?.text).toMatch(content);
    }
    const other = await telemetry(bot, { options: { format: 'json', surface: 'racetime' } });
    expect(JSON.parse(other?.files[0]?.text ?? '')).toMatchObject({ events: 0, features: [] });
    await bot.stop();
  });

  test('status and privacy answer, and the command is never measured, whoever uses it', async () => {
    const database = await createDatabase();
    const bot = await startBot({ commands: { ping: Ping }, env: { ...ENABLED, ...database.env } });
    await bot.discord.slash({ command: 'ping' });
    await settled();
    const status = await telemetry(bot, { subcommand: 'status' });
    expect(status).toMatchObject({ ephemeral: true, files: [], embeds: [] });
    expect(status?.content).toContain(`Telemetry is on\nDatabase: ${database.engine}`);
    expect(status?.content).toContain('2 made = 2 written + 0 queued + 0 dropped + 0 refused + 0 sampled out');
    const privacy = await telemetry(bot, { subcommand: 'privacy' });
    expect(privacy).toMatchObject({ ephemeral: true, files: [{ name: 'privacy.md', text: expect.stringContaining('`guild_hash`') }] });
    expect(await telemetry(bot, { user: bot.discord.player })).toEqual(refused);
    await settled();
    expect(await countEvents(database)).toEqual({ 'discord.ping.ping.invoke': 1, 'discord.ping.ping.success': 1 });
    await bot.stop();
  });
});

test.each(['report', 'status', 'privacy', 'erase-guild'])(
  'a stranger who asks for %s gets one polite sentence and nothing else, whatever they call themselves, claim or are in their guild',
  async (subcommand) => {
    const bot = await startEnabled();
    const { owner, player } = bot.discord;
    const memberPermissions = String(PermissionFlagsBits.Administrator);
    const namesake = standInUser(owner.name);
    const forged = { id: owner.id, user: owner.id, owner: true, days: 365, format: 'json' };
    const strangers: (Caller & Pick<CommandCall, 'options'>)[] = [
      {},
      { memberPermissions },
      { guildId: null },
      { user: namesake },
      { user: namesake, memberPermissions, options: forged },
      { user: { id: player.id, name: owner.id }, options: forged },
      { user: { id: `${owner.id}0`, name: owner.name } }
    ];
    for (const stranger of strangers) expect(await telemetry(bot, { subcommand, user: player, ...stranger })).toEqual(refused);
    await bot.stop();
  }
);

test('a new owner is let in, and the old one out, while the bot runs', async () => {
  const bot = await startEnabled();
  const [before, after, developer] = [bot.discord.owner, standInUser('new-owner'), standInUser('developer')];
  expect(await telemetry(bot, { user: before })).toEqual(answered);
  const { performance } = globalThis;
  const now = performance.now.bind(performance);
  const pass = (minutes: number): void => void jest.spyOn(performance, 'now').mockImplementation(() => now() + minutes * 60_000);
  bot.discord.setApplication({ owner: after });
  pass(5.1);
  expect(await telemetry(bot, { user: before })).toEqual(refused);
  expect(await telemetry(bot, { user: after })).toEqual(answered);
  const members = [{ user: developer, role: 'developer' as const, membershipState: 2 as const }];
  bot.discord.setApplication({ team: { ownerId: before.id, members } });
  pass(10.2);
  expect(await telemetry(bot, { user: after })).toEqual(refused);
  for (const user of [before, developer]) expect(await telemetry(bot, { user })).toEqual(answered);
  jest.restoreAllMocks();
  await bot.stop();
});

const eventsIn = (reply: Reply | undefined): number => JSON.parse(reply?.files[0]?.text ?? '{}').events;

test('a report that is asked for many times is read once in two seconds, and for a stranger never', async () => {
  const bot = await startEnabled();
  await bot.discord.slash({ command: 'ping' });
  await settled();
  const read = jest.spyOn(SqlStore.prototype, 'usage');
  const ask = (user: Caller['user'] = bot.discord.owner): Promise<Reply | undefined> =>
    telemetry(bot, { user, options: { format: 'json', days: 2 } });
  await Promise.all(Array.from({ length: 5 }, () => ask(bot.discord.player)));
  expect(read).not.toHaveBeenCalled();

  const begin = performance.now();
  const replies = await Promise.all(Array.from({ length: 15 }, () => ask()));
  for (let call = 0; call < 5; call += 1) replies.push(await ask());
  expect(replies.map(eventsIn)).toEqual(replies.map(() => 2));
  expect(read.mock.calls.length).toBeLessThanOrEqual(1 + Math.floor((performance.now() - begin) / 2_000));

  await bot.discord.slash({ command: 'ping' });
  await until(async () => eventsIn(await ask()) === 4);
  expect((await telemetry(bot, { subcommand: 'erase-guild', options: { id: bot.discord.guilds[0]?.id ?? '' } }))?.content).toMatch(
    /4 events/
  );
  expect(eventsIn(await ask())).toBe(0);
  jest.restoreAllMocks();
  await bot.stop();
});

test("an owner may use it in the bot's direct messages, being no administrator anywhere", async () => {
  const bot = await startEnabled();
  expect(await telemetry(bot, { guildId: null })).toEqual(answered);
  await bot.stop();
});

test('of a team, its owner, admins and developers may use it; members who may only read, and the invited, may not', async () => {
  const [owner, admin, developer, reader, invited] = ['owner', 'admin', 'developer', 'reader', 'invited'].map(standInUser) as [
    ReturnType<typeof standInUser>,
    ...ReturnType<typeof standInUser>[]
  ];
  const member = (user: typeof owner | undefined, role: 'admin' | 'developer' | 'read_only', membershipState: 1 | 2 = 2) => ({
    user: user ?? owner,
    role,
    membershipState
  });
  const bot = await startEnabled({
    discord: {
      team: {
        ownerId: owner.id,
        members: [
          member(owner, 'admin'),
          member(admin, 'admin'),
          member(developer, 'developer'),
          member(reader, 'read_only'),
          member(invited, 'admin', 1)
        ]
      }
    }
  });
  for (const user of [owner, admin, developer]) expect(await telemetry(bot, { user: user ?? owner })).toEqual(answered);
  for (const user of [reader, invited]) expect(await telemetry(bot, { user: user ?? bot.discord.player })).toEqual(refused);
  await bot.stop();
});

test('users named in TELEMETRY_OWNER_IDS may use it, also while Discord does not tell the owner', async () => {
  const friend = standInUser('friend');
  const bot = await startEnabled({ env: { TELEMETRY_OWNER_IDS: `111111111111111111, ${friend.id}` } });
  bot.discord.onRequest = ({ path }) => (APPLICATION.test(path) ? { status: 500 } : undefined);
  expect(await telemetry(bot, { user: friend })).toEqual(answered);
  expect(await telemetry(bot, { user: bot.discord.player })).toEqual(refused);
  await bot.stop();
});

test.each([
  ['fails', { status: 500 }],
  ['hangs', 'hang']
] as const)('while the request for the owner %s, nobody gets in, and everyone is told so in time', async (_, fault) => {
  const bot = await startEnabled();
  bot.discord.onRequest = ({ path }) => (APPLICATION.test(path) ? fault : undefined);
  for (const user of [bot.discord.player, bot.discord.owner]) {
    const reply = await telemetry(bot, { user });
    expect(reply).toEqual(refused);
    expect(reply?.latencyMs).toBeLessThan(3_000);
  }
  await bot.stop();
});

test('a failure to tell the owner is forgotten as soon as it is over', async () => {
  const bot = await startEnabled();
  bot.discord.onRequest = ({ path }) => (APPLICATION.test(path) ? { status: 500 } : undefined);
  expect(await telemetry(bot)).toEqual(refused);
  bot.discord.onRequest = undefined;
  expect(await telemetry(bot)).toEqual(answered);
  await bot.stop();
});

// Sapphire keeps its registries for as long as a process lives: each of these bots has one of its own.
const guilds = [
  { id: '811111111111111111', name: 'Home' },
  { id: '822222222222222222', name: 'Away' }
];
const administrators = {
  name: 'telemetry',
  default_member_permissions: String(PermissionFlagsBits.Administrator),
  contexts: [InteractionContextType.Guild, InteractionContextType.BotDM],
  integration_types: [ApplicationIntegrationType.GuildInstall]
};

test('the command is registered for administrators, in guilds and in direct messages', async () => {
  const discord = await startDiscord();
  await probe(await temporaryFolder(), ENABLED, discord);
  expect(discord.commands).toEqual([expect.objectContaining(administrators)]);
  expect(discord.commands[0]).not.toHaveProperty('guild_id');
});

test('TELEMETRY_COMMAND_GUILDS registers the command in these guilds only', async () => {
  const discord = await startDiscord();
  await probe(await temporaryFolder(), { ...ENABLED, TELEMETRY_COMMAND_GUILDS: '811111111111111111' }, discord);
  expect(discord.commands).toEqual([expect.objectContaining({ ...administrators, guild_id: '811111111111111111' })]);
});

test.each([{}, { TELEMETRY_COMMAND_GUILDS: '811111111111111111,822222222222222222' }])(
  'a second start of the same bot changes nothing about the command (%j)',
  async (env: Readonly<Record<string, string>>) => {
    const discord = await startDiscord();
    const folder = await temporaryFolder();
    await probe(folder, { ...ENABLED, ...env }, discord);
    const before = discord.requests.length;
    await probe(folder, { ...ENABLED, ...env }, discord);
    const managed = discord.requests.slice(before).filter(({ path }) => COMMANDS_MANAGED.test(path));
    expect(managed.length).toBeGreaterThan(0);
    expect(managed.map(({ method }) => method).filter((method) => method !== 'GET')).toEqual([]);
  }
);

async function startDiscord(): Promise<DiscordStandIn> {
  const discord = await DiscordStandIn.start({ guilds });
  atSuiteEnd(() => discord.stop());
  return discord;
}
