import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { BOT, PACKAGE_ROOT } from '../../examples/demo/botProcess.ts';
import { DiscordStandIn } from '../../examples/stand-ins/discord.ts';
import type { RestRequest } from '../../examples/stand-ins/rest.ts';
import { atEnd } from '../support/cleanup.ts';
import type { Answer, Question } from './probe.ts';

const START_MS = 30_000;
/** One reply, without the outside service once the first of the day has asked it. */
const COMMAND = 'daily';
const PROBE = new URL('probe.ts', import.meta.url).href;

/** The sample bot in a process of its own, and a stand-in for Discord in this one. */
export class BenchBot {
  readonly name: string;
  readonly #discord: DiscordStandIn;
  readonly #child: ChildProcess;
  #next = 0;

  private constructor(name: string, discord: DiscordStandIn, child: ChildProcess) {
    this.name = name;
    this.#discord = discord;
    this.#child = child;
  }

  static async start(name: string, env: Readonly<Record<string, string>>): Promise<BenchBot> {
    const discord = await DiscordStandIn.start({ guilds: Array.from({ length: 20 }, (_, index) => ({ name: `Guild ${index}` })) });
    atEnd(() => discord.stop());
    const inherited = Object.entries(process.env).filter(([variable]) => !variable.startsWith('TELEMETRY_'));
    const child = fork(BOT, {
      cwd: PACKAGE_ROOT,
      execArgv: ['--expose-gc', '--import', PROBE],
      env: {
        ...Object.fromEntries(inherited),
        DISCORD_TOKEN: discord.token,
        DISCORD_API: discord.restUrl,
        DAILY_CHANNEL_ID: discord.guilds[0]?.channelId ?? '',
        ...env
      },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc']
    });
    const bot = new BenchBot(name, discord, child);
    atEnd(() => bot.stop());
    const deadline = performance.now() + START_MS;
    while (!discord.commands.some((command) => command.name === COMMAND)) {
      if (child.exitCode !== null || performance.now() > deadline) throw new Error(`The bot with telemetry ${name} did not start`);
      await wait(50);
    }
    return bot;
  }

  /** Uses the command once, and resolves to the milliseconds until its answer. */
  async use(): Promise<number> {
    const { guilds } = this.#discord;
    const guildId = guilds[(this.#next += 1) % guilds.length]?.id ?? null;
    const reply = await this.#discord.slash({ command: COMMAND, guildId });
    if (reply?.content?.startsWith('The challenge') !== true) throw new Error(`The bot with telemetry ${this.name} did not answer`);
    return reply.latencyMs;
  }

  /** May be called twice. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }

  /** What the bot has asked of Discord's REST API. */
  get requests(): readonly RestRequest[] {
    return this.#discord.requests;
  }

  async ask(question: Question): Promise<Answer> {
    const answered = once(this.#child, 'message');
    this.#child.send(question);
    const [answer] = (await answered) as [Answer];
    return answer;
  }
}
