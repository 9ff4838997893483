import { expect } from '@jest/globals';
import { ComponentType } from 'discord.js';
import { container } from '@sapphire/framework';
import type { Caller, CommandCall, Reply } from '../../examples/stand-ins/discord.ts';
import { until, type startBot, type TestBot } from '../support/bot.ts';
import { startMeasuredBot, type MeasuredBot } from '../support/measuredBot.ts';
import { Ping } from '../support/traffic.ts';

/** A bot with `/ping` whose database is open, and a stand-in for Discord that knows its owner. */
export async function startOwnedBot(options: Parameters<typeof startBot>[0] = {}): Promise<MeasuredBot> {
  const bot = await startMeasuredBot({ commands: { ping: Ping }, ...options });
  await until(() => container.telemetry.status().state !== 'opening');
  return bot;
}

/** Uses `/telemetry`: its report, and as the owner, unless the call says otherwise. */
export const askTelemetry = ({ discord }: TestBot, call: Omit<CommandCall, 'command'> & Caller = {}): Promise<Reply | undefined> =>
  discord.slash({ command: 'telemetry', subcommand: 'report', user: discord.owner, ...call });

const REFUSAL = "Sorry, only this bot's owners can use this command.";

/** What is seen by someone who may not: one sentence, only by themselves, and nothing else. */
export const refused = expect.objectContaining({ content: REFUSAL, ephemeral: true, embeds: [], files: [], components: [] });
/** What is seen by someone who may. */
export const answered = expect.objectContaining({
  content: '',
  ephemeral: true,
  embeds: [],
  components: [expect.objectContaining({ type: ComponentType.Container })]
});
