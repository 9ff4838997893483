import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { APIApplicationCommand } from 'discord.js';
import { DiscordStandIn, type Reply } from '../../examples/stand-ins/discord.ts';
import { until } from './bot.ts';
import { botEnvironment } from './botEnvironment.ts';
import { atSuiteEnd } from './postgresSuite.ts';

const START_MS = 30_000;
const SETTLE_MS = 10_000;
const STOP_MS = 15_000;
/** What the status says once all is done. */
const SETTLED = /^Database: (?!not open).*^In flight: 0 runs|^Telemetry is off/ms;

/** Whom the stand-in for Discord knows; none of it may be stored. */
export interface Visit {
  readonly guild: { readonly id: string; readonly name: string };
  readonly user: { readonly id: string; readonly name: string };
}

/** What was seen of a bot that ran in a process of its own. */
export interface BotRun {
  readonly reply: Reply | undefined;
  /** What its owner is told by `/telemetry status` in the end. */
  readonly status: Reply | undefined;
  /** And by `/telemetry report`. */
  readonly report: Reply | undefined;
  /** What it registered with Discord. */
  readonly commands: readonly APIApplicationCommand[];
  /** All that it printed. */
  readonly output: string;
  readonly exitCode: number | null;
  /** `SIGKILL` when it did not end by itself. */
  readonly signal: NodeJS.Signals | null;
}

/** Starts the bot in `folder`, uses `/alttpr preset` once, and stops it by SIGTERM. Of this process's settings it inherits none of the plugin's. */
export async function runBot(folder: string, main: string, env: Readonly<Record<string, string>>, { guild, user }: Visit): Promise<BotRun> {
  await using discord = await DiscordStandIn.start({ guilds: [guild] });
  const bot = spawn(process.execPath, [main], {
    cwd: folder,
    env: botEnvironment(discord, env),
    stdio: ['ignore', 'pipe', 'pipe']
  });
  atSuiteEnd(async () => void bot.kill('SIGKILL'));
  const ended = once(bot, 'close');
  const printed: string[] = [];
  for (const stream of [bot.stdout, bot.stderr]) stream.on('data', (data) => printed.push(String(data)));
  try {
    await until(() => bot.exitCode !== null || discord.commands.some(({ name }) => name === 'alttpr'), START_MS);
    const reply = await discord.slash({ command: 'alttpr', subcommand: 'preset', user });
    // The answer is seen before the bot knows that it was, and the run ends.
    let status: Reply | undefined;
    await until(async () => {
      status = await discord.slash({ command: 'telemetry', subcommand: 'status', user: discord.owner });
      return SETTLED.test(status?.content ?? '');
    }, SETTLE_MS);
    const report = await discord.slash({ command: 'telemetry', subcommand: 'report', user: discord.owner });
    bot.kill('SIGTERM');
    const tooLong = setTimeout(() => bot.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(tooLong);
    return { reply, status, report, commands: discord.commands, output: printed.join(''), exitCode: bot.exitCode, signal: bot.signalCode };
  } catch (error) {
    bot.kill('SIGKILL');
    throw new Error(`The bot did not come so far:\n${printed.join('')}`, { cause: error });
  }
}
