import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { Command, container } from '@sapphire/framework';
import type { ChatInputCommandInteraction } from 'discord.js';
import { until, type TestBot } from './bot.ts';
import { expectCountersToAddUp } from './counters.ts';

/** Below the 50 requests a second that discord.js sends at most. */
const PAUSE_MS = 40;
const RECOVERY_MS = 60_000;
/** Discord gives a bot so long to answer. */
const ANSWER_MS = 3_000;
const NS_PER_MS = 1e6;

export class Ping extends Command {
  override async chatInputRun(interaction: ChatInputCommandInteraction): Promise<void> {
    await interaction.reply('pong');
  }
}

/**
 * Uses `/ping` until `over`, and returns how often. Fails when one is not answered within the 3 s that Discord gives a bot, or when the counters
 * do not add up.
 */
export async function drive({ discord }: Pick<TestBot, 'discord'>, over: () => boolean, command = 'ping'): Promise<number> {
  // The bot and its Discord share this thread: what holds up the bot stops the clock of its Discord too.
  const delay = monitorEventLoopDelay();
  delay.enable();
  let sent = 0;
  const answers: Promise<void>[] = [];
  while (!over()) {
    sent += 1;
    const answer = discord.slash({ command }).then((reply) => expect(reply?.content).toBe('pong'));
    answers.push(answer);
    expectCountersToAddUp();
    await Promise.race([answer, wait(PAUSE_MS)]);
    await wait(PAUSE_MS);
  }
  await Promise.all(answers);
  delay.disable();
  expect(delay.max / NS_PER_MS).toBeLessThan(ANSWER_MS);
  return sent;
}

/** Uses `/ping` for as long as `work` takes. */
export async function driveWhile(bot: Pick<TestBot, 'discord'>, work: () => Promise<unknown>): Promise<number> {
  let over = false;
  const done = work().finally(() => (over = true));
  const [sent] = await Promise.all([drive(bot, () => over), done]);
  return sent;
}

export const forSomeTime = (ms: number): (() => boolean) => {
  const end = performance.now() + ms;
  return () => performance.now() > end;
};

export const times = (count: number): (() => boolean) => {
  let left = count;
  return () => left-- === 0;
};

/** Waits until the database is open and the maintenance at start is over. */
export async function maintained(): Promise<void> {
  await until(() => container.telemetry.status().lastPurge !== null);
  // The salts are read after that.
  await wait(PAUSE_MS);
}

/** Waits until the database is there again and has taken all. */
export async function allWritten(): Promise<void> {
  await until(() => container.telemetry.status().queueLength === 0 && container.telemetry.status().inFlight === 0, RECOVERY_MS);
  await until(() => container.telemetry.flush(), RECOVERY_MS);
}

/** Our warnings and errors: what an operator is told of a fault. */
export const complaints = ({ log }: Pick<TestBot, 'log'>): string[] => log.filter((line) => /^(Warn|Error|Fatal) Telemetry/.test(line));

/** The operator was told once that the database can't be written, why, and that it can be written again. */
export function expectOutageTold(bot: Pick<TestBot, 'log'>, why: RegExp | string): void {
  const reason = typeof why === 'string' ? why : why.source;
  expect(complaints(bot)).toEqual([
    expect.stringMatching(new RegExp(`cannot write to its database: .*${reason}.* events wait and will be tried again`))
  ]);
  expect(bot.log.filter((line) => line === 'Info Telemetry writes to its database again')).toHaveLength(1);
}
