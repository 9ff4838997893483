import { expect, jest, test } from '@jest/globals';
import { PermissionFlagsBits } from 'discord.js';
import { container } from '@sapphire/framework';
import type { Caller, CommandCall, Reply } from '../../examples/stand-ins/discord.ts';
import { ENABLED, settled, startBot, until, type TestBot } from '../support/bot.ts';
import { onBothDatabases, sqliteDatabase } from '../support/databases.ts';
import { complaints, Ping } from '../support/traffic.ts';

const MANAGER = String(PermissionFlagsBits.ManageGuild);
const PRIVACY = { TELEMETRY_PRIVACY_COMMAND: 'privacy' };

const ask = ({ discord }: TestBot, call: Omit<CommandCall, 'command'> & Caller): Promise<Reply | undefined> =>
  discord.slash({ command: 'privacy', ...call });

// First: Sapphire registers the commands of all bots that this process has had.
test('without its variable there is no such command, and with telemetry off it says that nothing is measured', async () => {
  {
    await using bot = await startBot({ database: await sqliteDatabase() });
    await until(() => bot.discord.commands.length > 0);
    expect(bot.discord.commands.map(({ name }) => name)).toEqual(['telemetry']);
  }
  await using bot = await startBot({ env: PRIVACY });
  for (const subcommand of ['show', 'opt-out'])
    expect((await ask(bot, { subcommand, memberPermissions: MANAGER }))?.content).toBe('This bot measures nothing at present.');
});

onBothDatabases((createDatabase) => {
  test('a server that opts out is erased and recorded no more, while others are; it may opt in again', async () => {
    const database = await createDatabase();
    const discord = { guilds: [{ name: 'in' }, { name: 'out' }] };
    await using bot = await startBot({ database, discord, commands: { ping: Ping }, env: PRIVACY });
    const [stays, leaves] = bot.discord.guilds.map(({ id }) => id);
    const ping = async (guildId: string | undefined): Promise<void> => {
      await bot.discord.slash({ command: 'ping', ...(guildId !== undefined && { guildId }) });
      await settled();
    };
    const stored = async (): Promise<number> => (await database.sql('select 1 from telemetry_events')).length;
    for (const guild of [stays, leaves]) await ping(guild);
    expect(await stored()).toBe(4);

    const answer = await ask(bot, { subcommand: 'opt-out', guildId: leaves ?? null, memberPermissions: MANAGER });
    expect(answer).toMatchObject({ ephemeral: true, content: expect.stringMatching(/Nothing of this server is kept/) });
    expect(await stored()).toBe(2);
    for (const guild of [stays, leaves]) await ping(guild);
    expect(await stored()).toBe(4);
    expect((await ask(bot, { subcommand: 'show', guildId: leaves ?? null }))?.content).toMatch(/This server has opted out/);

    const back = await ask(bot, { subcommand: 'opt-in', guildId: leaves ?? null, memberPermissions: MANAGER, locale: 'de' as never });
    expect(back?.content).toMatch(/wieder gezählt/);
    await ping(leaves);
    expect(await stored()).toBe(6);
    expect(await database.sql('select 1 from telemetry_opt_outs')).toEqual([]);
    expect((await container.telemetry.report()).events).toBe(6);
    expect(complaints(bot)).toEqual([]);
  });
});

test('members who may not manage the server are refused, and so is who asks for it outside of one', async () => {
  const database = await sqliteDatabase();
  await using bot = await startBot({ database, env: PRIVACY });
  await until(() => container.telemetry.status().state === 'open');
  for (const subcommand of ['opt-out', 'opt-in']) {
    for (const memberPermissions of [undefined, '0', String(PermissionFlagsBits.ManageMessages)])
      expect((await ask(bot, { subcommand, ...(memberPermissions !== undefined && { memberPermissions }) }))?.content).toMatch(
        /Manage Server/
      );
    expect((await ask(bot, { subcommand, guildId: null, memberPermissions: MANAGER }))?.content).toMatch(/in a server only/);
  }
  expect(await database.sql('select 1 from telemetry_opt_outs')).toEqual([]);
});

test('a server changes its mind a few times a day at most', async () => {
  const database = await sqliteDatabase();
  await using bot = await startBot({ database, env: PRIVACY });
  await until(() => container.telemetry.status().state === 'open');
  const change = async (subcommand: string): Promise<string | undefined> =>
    (await ask(bot, { subcommand, memberPermissions: MANAGER }))?.content;
  for (let round = 0; round < 2; round += 1) {
    expect(await change('opt-out')).toMatch(/^Done/);
    expect(await change('opt-in')).toMatch(/^Done/);
  }
  expect(await change('opt-out')).toMatch(/too often today/);
  using clock = jest.spyOn(Date, 'now');
  clock.mockReturnValue(Date.now() + 86_400_000);
  expect(await change('opt-out')).toMatch(/^Done/);
});

test('it says in the language of who asks what is measured by the live settings, in fewer than 15 lines, with the whole text as a file', async () => {
  const database = await sqliteDatabase();
  const env = { ...PRIVACY, TELEMETRY_RETENTION_DAYS: '12', TELEMETRY_SAMPLE_RATE: '0.25' };
  await using bot = await startBot({ database, env });
  for (const [locale, words] of [
    ['en-US', /which of its commands.*\n.*\n.*\n.*after 12 days.*\n.*25 %/],
    ['de', /welche Befehle.*\n.*\n.*\n.*nach 12 Tagen.*\n.*25 %/],
    ['fr', /12 jours/],
    ['es-419', /12 días/],
    ['pt-BR', /12 dias/],
    ['ja', /12 日後/],
    ['sv-SE', /after 12 days/],
    ['constructor', /after 12 days/]
  ] as const) {
    const reply = await ask(bot, { subcommand: 'show', locale: locale as never });
    expect(reply).toMatchObject({ ephemeral: true, content: expect.stringMatching(words) });
    expect(reply?.content.split('\n').length).toBeLessThan(15);
    expect(reply?.files[0]?.name).toBe('privacy.md');
  }
});

test('while the database is away nothing changes, and the answer tells so without saying what is wrong', async () => {
  await using bot = await startBot({ env: { ...PRIVACY, ...ENABLED, TELEMETRY_DATABASE_URL: 'postgresql://bot@127.0.0.1:1/bot' } });
  const reply = await ask(bot, { subcommand: 'opt-out', memberPermissions: MANAGER });
  expect(reply?.content).toBe('That could not be kept just now, so nothing has changed. Please try again later.');
});
