import { Command } from '@sapphire/framework';
import { expect, test } from '@jest/globals';
import { settled, startBot, type TestBot } from '../support/bot.ts';
import { onBothDatabases, outcomes, postgresqlDatabase, sqliteDatabase } from '../support/databases.ts';

class RollCommand extends Command {
  override registerApplicationCommands(registry: Command.Registry): void {
    registry.registerChatInputCommand((builder) => builder.setName(this.name).setDescription('Rolls'));
  }

  override async chatInputRun(interaction: Command.ChatInputCommandInteraction): Promise<void> {
    await interaction.reply('Rolled');
  }
}

const commands = { roll: RollCommand, left_out: RollCommand };
const SECRET_GUILD = { id: '812345678901234567', name: 'Secret' };
const OPEN_GUILD = { id: '812345678901234568', name: 'Open' };
const discord = { guilds: [OPEN_GUILD, SECRET_GUILD] };

async function roll(bot: TestBot, command = 'roll', guildId = OPEN_GUILD.id): Promise<void> {
  expect((await bot.discord.slash({ command, guildId }))?.content).toBe('Rolled');
}

const said = (bot: TestBot, words: RegExp): string[] => bot.log.filter((line) => words.test(line));

onBothDatabases((createDatabase) => {
  test('the runs of two clients are recorded once, as both ask for, until the last of them is destroyed', async () => {
    const database = await createDatabase();
    const telemetry = { commands: { left_out: false }, excludeGuilds: [SECRET_GUILD.id] } as const;
    await using first = await startBot({ database, commands, discord, client: { telemetry } });
    await roll(first);
    await using second = await startBot({ database, commands, discord });
    for (const bot of [first, second]) {
      await roll(bot);
      await roll(bot, 'left_out');
      await roll(bot, 'roll', SECRET_GUILD.id);
    }
    await settled();
    expect(await outcomes(database)).toEqual({ 'discord.roll.roll': { runs: 3, ok: 3, failed: 0 } });
    for (const words of [/Telemetry enabled/, /Telemetry records .* together/, /Telemetry writes/])
      expect([...said(first, words), ...said(second, words)]).toHaveLength(1);

    await second.stop();
    await roll(first);
    await settled();
    expect(await outcomes(database)).toEqual({ 'discord.roll.roll': { runs: 4, ok: 4, failed: 0 } });
    await first.stop();
  });
});

test('a client that is made with other settings than the one before it is told whose hold', async () => {
  await using first = await startBot({ database: await sqliteDatabase(), commands });
  const database = await postgresqlDatabase();
  await using second = await startBot({ database, commands });
  expect([first, second].map((bot) => said(bot, /other settings than another one/).length)).toEqual([0, 1]);
  await roll(second, 'roll', second.discord.guilds[0]?.id);
  await settled();
  expect(await outcomes(database)).toMatchObject({ 'discord.roll.roll': { runs: 1 } });
});
