import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { expect } from '@jest/globals';
import { BOT, PACKAGE_ROOT } from '../../examples/demo/botProcess.ts';
import type { DiscordStandIn } from '../../examples/stand-ins/discord.ts';
import { ENABLED, until } from './bot.ts';
import { botEnvironment } from './botEnvironment.ts';
import { expectCountersToAddUp } from './counters.ts';
import type { TestDatabase } from './databases.ts';
import { atSuiteEnd } from './postgresSuite.ts';

const START_MS = 30_000;
const COUNTERS = /: ([\d,]+) made = ([\d,]+) written \+ ([\d,]+) queued \+ ([\d,]+) dropped \+ ([\d,]+) refused \+ ([\d,]+) sampled out/;

/** What `/telemetry status` tells of the events. */
export interface ToldCounters {
  readonly counters: { made: number; written: number; dropped: number; refused: number; sampledOut: number };
  readonly queueLength: number;
  readonly text: string;
}

interface SampleBotOptions {
  /** Where it records. */
  readonly database: TestDatabase;
  /** More of its variables. */
  readonly env?: Readonly<Record<string, string>>;
  readonly discord: DiscordStandIn;
}

/** The sample bot in a process of its own, to be killed: `await using bot = await SampleBot.start(…)`. */
export class SampleBot implements AsyncDisposable {
  readonly discord: DiscordStandIn;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  /** All that it printed. */
  output = '';

  /** Starts it and waits until it answers. */
  static async start({ database, env = {}, discord }: SampleBotOptions): Promise<SampleBot> {
    const bot = new SampleBot(discord, { ...ENABLED, ...database.env, ...env });
    // A test that ran out of time disposes of nothing.
    atSuiteEnd(() => bot.kill());
    await until(() => bot.#answers(), START_MS);
    return bot;
  }

  private constructor(discord: DiscordStandIn, env: Readonly<Record<string, string>>) {
    this.discord = discord;
    this.#child = spawn(process.execPath, [BOT], {
      cwd: PACKAGE_ROOT,
      env: botEnvironment(discord, env),
      stdio: ['ignore', 'pipe', 'pipe']
    });
    this.#ended = once(this.#child, 'close');
    for (const stream of [this.#child.stdout, this.#child.stderr]) stream?.on('data', (data) => (this.output += String(data)));
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('The bot did not start');
    return this.#child.pid;
  }

  /** Every line that was logged, its level first. */
  get log(): string[] {
    return this.output
      .split('\n')
      .map((line) => line.replace(/^\[(\w)(\w+)\]/, (_, first: string, rest: string) => first + rest.toLowerCase()));
  }

  /** Uses it `count` times, one after the other; each must be answered in Discord's 3 s. */
  async use(count: number): Promise<void> {
    for (let use = 0; use < count; use += 1) expect((await this.discord.userMenu({ command: 'Race record' }))?.content).toMatch(/races in/);
  }

  async status(): Promise<ToldCounters> {
    const reply = await this.discord.slash({ command: 'telemetry', subcommand: 'status', user: this.discord.owner });
    const text = reply?.content ?? '';
    const [made = 0, written = 0, queueLength = 0, dropped = 0, refused = 0, sampledOut = 0] = (COUNTERS.exec(text) ?? [])
      .slice(1)
      .map((count) => Number(count.replaceAll(',', '')));
    const told = { counters: { made, written, dropped, refused, sampledOut }, queueLength, text };
    expectCountersToAddUp(told);
    return told;
  }

  /** Ends it as a crash would. May be called twice. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  /** Ends it as its operator does. Resolves to its exit code. */
  async stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    await this.#ended;
    return this.#child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  async #answers(): Promise<boolean> {
    if (this.#child.exitCode !== null) throw new Error(`The bot ended:\n${this.output}`);
    if (!this.discord.commands.some(({ name }) => name === 'Race record')) return false;
    return (await this.discord.userMenu({ command: 'Race record', timeoutMs: 500 })) !== undefined;
  }
}
