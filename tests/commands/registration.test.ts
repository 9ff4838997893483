// Sapphire keeps what it registered for as long as a process lives: each bot here, a probe, has a process of its own.
import { expect, test } from '@jest/globals';
import { ApplicationIntegrationType, InteractionContextType, PermissionFlagsBits } from 'discord.js';
import { DiscordStandIn } from '../../examples/stand-ins/discord.ts';
import { ENABLED } from '../support/bot.ts';
import { temporaryFolder } from '../support/databases.ts';
import { probe } from '../support/packageProbe.ts';
import { atSuiteEnd } from '../support/postgresSuite.ts';

const COMMANDS_MANAGED = /^\/applications\/[^/]+(\/guilds\/[^/]+)?\/commands/;

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

async function startDiscord(): Promise<DiscordStandIn> {
  const discord = await DiscordStandIn.start({ guilds });
  atSuiteEnd(() => discord.stop());
  return discord;
}

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
