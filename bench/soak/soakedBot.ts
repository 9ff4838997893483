import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { COMMANDS, makeTraffic, type Use } from '../../examples/demo/traffic.ts';
import { DiscordStandIn } from '../../examples/stand-ins/discord.ts';
import { atEnd } from '../support/cleanup.ts';
import { ROOT } from '../support/folder.ts';
import type { SoakRequest, Snapshot } from './bot.ts';

const BOT = fileURLToPath(new URL('bot.ts', import.meta.url));
const GUILDS = ['Randomizer HQ', 'Triforce Hunters', 'Zebes', 'Mystery Monday'];
const START_MS = 30_000;
/** Different uses, by different people: the bot's caches are full once each has come by. */
const USES = 300;
/** Uses a second: half of what discord.js lets through, since most answers take two requests. */
const PACE = 12;

/** The sample bot in a process of its own, on a Discord of its own, with everybody using it. */
export class SoakedBot {
  readonly name: string;
  readonly snapshots: Snapshot[] = [];
  used = 0;
  unanswered = 0;
  readonly #discord: DiscordStandIn;
  readonly #child: ChildProcess;

  static async start(name: string, env: Readonly<Record<string, string>>, log: string): Promise<SoakedBot> {
    const discord = await DiscordStandIn.start({ guilds: GUILDS.map((guild) => ({ name: guild })) });
    atEnd(() => discord.stop());
    const bot = new SoakedBot(name, discord, env, log);
    const end = performance.now() + START_MS;
    while (!COMMANDS.every((command) => discord.commands.some((one) => one.name === command))) {
      if (performance.now() > end) throw new Error(`The bot on ${name} did not start: see ${log}`);
      await wait(50);
    }
    return bot;
  }

  private constructor(name: string, discord: DiscordStandIn, env: Readonly<Record<string, string>>, log: string) {
    this.name = name;
    this.#discord = discord;
    const inherited = Object.entries(process.env).filter(([key]) => !key.startsWith('TELEMETRY_'));
    const output = openSync(log, 'a');
    this.#child = fork(BOT, {
      cwd: ROOT,
      env: { ...Object.fromEntries(inherited), DISCORD_API: discord.restUrl, DISCORD_TOKEN: discord.token, ...env },
      execArgv: ['--expose-gc'],
      stdio: ['ignore', output, output, 'ipc']
    });
    closeSync(output);
    atEnd(async () => void this.#child.kill('SIGKILL'));
  }

  /** Lets people use it until `end`. */
  async drive(end: number): Promise<void> {
    const uses = makeTraffic(this.#discord, USES);
    const running = new Set<Promise<void>>();
    const begin = performance.now();
    while (performance.now() < end) {
      const one = this.#use(uses[this.used % uses.length]).finally(() => running.delete(one));
      running.add(one);
      this.used += 1;
      await wait(Math.max(0, begin + (this.used * 1000) / PACE - performance.now()));
    }
    await Promise.all(running);
  }

  /** @throws {Error} when the bot has ended. */
  async ask(request: SoakRequest): Promise<Snapshot> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) throw new Error(`The bot on ${this.name} has ended`);
    const answer = once(this.#child, 'message') as Promise<[Snapshot]>;
    this.#child.send(request);
    const [snapshot] = await answer;
    return snapshot;
  }

  async takeSnapshot(): Promise<void> {
    this.snapshots.push(await this.ask('snapshot'));
  }

  async #use(use: Use | undefined): Promise<void> {
    if ((await use?.()) === undefined) this.unanswered += 1;
  }
}
