import { expect, jest, test } from '@jest/globals';
import { PermissionFlagsBits } from 'discord.js';
import { standInUser, type Caller, type CommandCall } from '../../examples/stand-ins/discord.ts';
import { answered, askTelemetry, refused, startOwnedBot } from './ownedBot.ts';

const APPLICATION = /^\/(oauth2\/)?applications\/@me$/;

test.each(['report', 'status', 'privacy', 'erase-guild'])(
  'a stranger who asks for %s gets one polite sentence and nothing else, whatever they call themselves, claim or are in their guild',
  async (subcommand) => {
    await using bot = await startOwnedBot();
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
    for (const stranger of strangers) expect(await askTelemetry(bot, { subcommand, user: player, ...stranger })).toEqual(refused);
  }
);

test('a new owner is let in, and the old one out, while the bot runs', async () => {
  await using bot = await startOwnedBot();
  const [before, after, developer] = [bot.discord.owner, standInUser('new-owner'), standInUser('developer')];
  expect(await askTelemetry(bot, { user: before })).toEqual(answered);
  const now = performance.now.bind(performance);
  using clock = jest.spyOn(performance, 'now');
  const pass = (minutes: number): void => void clock.mockImplementation(() => now() + minutes * 60_000);
  bot.discord.setApplication({ owner: after });
  pass(5.1);
  expect(await askTelemetry(bot, { user: before })).toEqual(refused);
  expect(await askTelemetry(bot, { user: after })).toEqual(answered);
  const members = [{ user: developer, role: 'developer' as const, membershipState: 2 as const }];
  bot.discord.setApplication({ team: { ownerId: before.id, members } });
  pass(10.2);
  expect(await askTelemetry(bot, { user: after })).toEqual(refused);
  for (const user of [before, developer]) expect(await askTelemetry(bot, { user })).toEqual(answered);
});

test("an owner may use it in the bot's direct messages, being no administrator anywhere", async () => {
  await using bot = await startOwnedBot();
  expect(await askTelemetry(bot, { guildId: null })).toEqual(answered);
});

test('of a team, its owner, admins and developers may use it; members who may only read, and the invited, may not', async () => {
  const [owner, admin, developer] = [standInUser('owner'), standInUser('admin'), standInUser('developer')];
  const [reader, invited] = [standInUser('reader'), standInUser('invited')];
  const member = (user: typeof owner, role: 'admin' | 'developer' | 'read_only', membershipState: 1 | 2 = 2) => ({
    user,
    role,
    membershipState
  });
  await using bot = await startOwnedBot({
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
  for (const user of [owner, admin, developer]) expect(await askTelemetry(bot, { user })).toEqual(answered);
  for (const user of [reader, invited]) expect(await askTelemetry(bot, { user })).toEqual(refused);
});

test('users named in TELEMETRY_OWNER_IDS may use it, also while Discord does not tell the owner', async () => {
  const friend = standInUser('friend');
  await using bot = await startOwnedBot({ env: { TELEMETRY_OWNER_IDS: `111111111111111111, ${friend.id}` } });
  bot.discord.onRequest = ({ path }) => (APPLICATION.test(path) ? { status: 500 } : undefined);
  expect(await askTelemetry(bot, { user: friend })).toEqual(answered);
  expect(await askTelemetry(bot, { user: bot.discord.player })).toEqual(refused);
});

test.each([
  ['fails', { status: 500 }],
  ['hangs', 'hang']
] as const)('while the request for the owner %s, nobody gets in, and everyone is told so in time', async (_, fault) => {
  await using bot = await startOwnedBot();
  bot.discord.onRequest = ({ path }) => (APPLICATION.test(path) ? fault : undefined);
  for (const user of [bot.discord.player, bot.discord.owner]) {
    const reply = await askTelemetry(bot, { user });
    expect(reply).toEqual(refused);
    expect(reply?.latencyMs).toBeLessThan(3_000);
  }
});

test('a failure to tell the owner is forgotten as soon as it is over', async () => {
  await using bot = await startOwnedBot();
  bot.discord.onRequest = ({ path }) => (APPLICATION.test(path) ? { status: 500 } : undefined);
  expect(await askTelemetry(bot)).toEqual(refused);
  bot.discord.onRequest = undefined;
  expect(await askTelemetry(bot)).toEqual(answered);
});
