import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { DiscordStandIn } from '../../../examples/stand-ins/discord.ts';
import type { RestRequest } from '../../../examples/stand-ins/rest.ts';
import { atEnd } from '../cleanup.ts';
import type { ProbeRequest, Reading } from './probe.ts';
import type { BotVariant } from './variants.ts';

const START_MS = 30_000;
/** One reply, without the outside service once the first of the day has asked it. */
const COMMAND = 'daily';
const PROBE = new URL('probe.ts', import.meta.url).href;
const GUILDS = Array.from({ length: 20 }, (_, index) => ({ name: `Guild ${index}` }));

/** The sample bot of a checkout in a process of its own, and a stand-in for Discord in this one. */
export class BenchBot {
  readonly variant: BotVariant;
  readonly #discord: DiscordStandIn;
  readonly #child: ChildProcess;
  #uses = 0;
  /** How long it took until the bot had registered its commands. */
  startMs = 0;

  private constructor(variant: BotVariant, discord: DiscordStandIn, child: ChildProcess) {
    this.variant = variant;
    this.#discord = discord;
    this.#child = child;
  }

  /** @param more variables of the environment, besides those of the variant. */
  static async start(variant: BotVariant, more: Readonly<Record<string, string>> = {}): Promise<BenchBot> {
    const { name, folder, env } = variant;
    const discord = await DiscordStandIn.start({ guilds: GUILDS });
    atEnd(() => discord.stop());
    const inherited = Object.entries(process.env).filter(([variable]) => !variable.startsWith('TELEMETRY_'));
    const begin = performance.now();
    const child = fork(join(folder, 'examples/bot/main.js'), {
      // Sapphire reads the package.json of its working directory.
      cwd: folder,
      execArgv: ['--expose-gc', '--import', PROBE],
      env: {
        ...Object.fromEntries(inherited),
        DISCORD_TOKEN: discord.token,
        DISCORD_API: discord.restUrl,
        DAILY_CHANNEL_ID: discord.guilds[0]?.channelId ?? '',
        ...env,
        ...more
      },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc']
    });
    const bot = new BenchBot(variant, discord, child);
    atEnd(() => bot.stop());
    const deadline = begin + START_MS;
    while (!discord.commands.some((command) => command.name === COMMAND)) {
      if (child.exitCode !== null || performance.now() > deadline) throw new Error(`The bot did not start: ${name}`);
      await wait(10);
    }
    bot.startMs = performance.now() - begin;
    return bot;
  }

  get name(): string {
    return this.variant.name;
  }

  /** Uses the command once, and resolves to the milliseconds until its answer. */
  async use(): Promise<number> {
    const { guilds } = this.#discord;
    const guildId = guilds[(this.#uses += 1) % guilds.length]?.id ?? null;
    const reply = await this.#discord.slash({ command: COMMAND, guildId });
    if (reply?.content?.startsWith('The challenge') !== true) throw new Error(`The bot did not answer: ${this.name}`);
    return reply.latencyMs;
  }

  /** What the bot has asked of Discord's REST API. */
  get requests(): readonly RestRequest[] {
    return this.#discord.requests;
  }

  /** Asks the probe in its process. */
  async probe(request: ProbeRequest): Promise<Reading> {
    const answered = once(this.#child, 'message');
    this.#child.send(request);
    const [reading] = (await answered) as [Reading];
    return reading;
  }

  /** As an operator does. May be called twice. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }
}
