import { expect } from '@jest/globals';
import { Command } from '@sapphire/framework';
import type { ChatInputCommandInteraction } from 'discord.js';
import { SALT, startBot, until, type TestBot } from '../support/bot.ts';
import { complaints, Ping } from '../support/traffic.ts';

/** Stands in what only the operator may know. */
export const SECRET = 'a-password-of-the-operator';

class Broken extends Command {
  override async chatInputRun(interaction: ChatInputCommandInteraction): Promise<void> {
    await interaction.reply('pong');
    throw new RangeError('it broke');
  }
}

/** A bot whose `/ping` works, and whose `/broken` answers and then throws. */
export const startWorkingBot = (given: Parameters<typeof startBot>[0]): Promise<TestBot> =>
  startBot({ commands: { ping: Ping, broken: Broken }, ...given });

/** What `/telemetry status` answers. */
export async function statusOf({ discord }: TestBot): Promise<string> {
  return (await discord.slash({ command: 'telemetry', subcommand: 'status', user: discord.owner }))?.content ?? '';
}

/** The bot does its work, the operator is told once what is wrong, and no secret is told. */
export async function expectWorkingBot(bot: TestBot, problem: RegExp): Promise<void> {
  expect((await bot.discord.slash({ command: 'ping' }))?.content).toBe('pong');
  await until(() => complaints(bot).length > 0);
  const status = await statusOf(bot);
  expect(status).toMatch(problem);
  expect(complaints(bot)).toEqual([expect.stringMatching(problem)]);
  for (const secret of [SALT, SECRET]) expect([...bot.log, status].join('\n')).not.toContain(secret);
}
