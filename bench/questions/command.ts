// How much longer does a slash command take with telemetry on? Sample bots with it off, off again (the noise) and on take turns; the median time
// until the answer, as a multiple of off.
import { setTimeout as wait } from 'node:timers/promises';
import { BenchBot } from '../support/bots/benchBot.ts';
import { botVariants, FLUSHED_MS, type BotVariant } from '../support/bots/variants.ts';
import { pair, printComparison } from '../support/comparison.ts';
import type { BenchOptions } from '../support/options.ts';
import { interleaved, quantile, Samples } from '../support/stats.ts';
import { printTable } from '../support/table.ts';

const REPEATS = 15;
const WARM_UPS = 3;
/** Commands of a repeat: with a pause between two, as of a busy bot; each as soon as the last is answered; and many at the same time. */
const PACED = 200;
const PAUSE_MS = 5;
const SEQUENTIAL = 400;
const CONCURRENT = 1_500;
const CONCURRENCY = 16;

/** What is measured in a repeat; times are in milliseconds. "Busy" are the sequential and the concurrent commands. */
const MEASURES = [
  'p50',
  'p99',
  'loopDelay',
  'longestDelay',
  'sequentialP50',
  'perSecond',
  'busyCpu',
  'busyLoopDelay',
  'busyLongestDelay'
] as const;
type Measures<T> = Readonly<Record<(typeof MEASURES)[number], T>>;

export async function command({ against }: BenchOptions): Promise<void> {
  const { noise, ours, others } = await botVariants(against);
  const [off, ...on] = (await startAll(ours)) as [BenchBot, ...BenchBot[]];
  const [second, theirs] = [await BenchBot.start(noise), await startAll(others)];
  const bots = [off, second, ...on, ...theirs];
  const samples = Object.fromEntries(MEASURES.map((measure) => [measure, new Samples<BenchBot>()])) as Measures<Samples<BenchBot>>;
  await interleaved(bots, WARM_UPS + REPEATS, async (bot, repeat) => {
    const measured = await drive(bot);
    if (repeat < WARM_UPS) return;
    for (const measure of MEASURES) samples[measure].add(bot, measured[measure]);
  });
  await wait(FLUSHED_MS);
  const { p50, p99, loopDelay, longestDelay, sequentialP50, perSecond, busyCpu, busyLoopDelay, busyLongestDelay } = samples;
  printTable(
    'A slash command of the sample bot, telemetry',
    ['', 'p50 ÷ off', 'middle half', 'p50, ms', 'p99, ms', 'sequential p50 ÷ off', 'commands/s ÷ off', 'commands/s', 'CPU ÷ off'],
    bots.map((bot) => [
      bot.name,
      p50.ratioText(bot, off),
      p50.middleHalf(bot, off),
      p50.median(bot),
      p99.median(bot),
      sequentialP50.ratio(bot, off),
      perSecond.ratio(bot, off),
      perSecond.median(bot),
      busyCpu.ratio(bot, off)
    ]),
    [
      `Medians of ${REPEATS} interleaved repeats: ${PACED} commands ${PAUSE_MS} ms apart (p50, p99), ${SEQUENTIAL} one straight after the other, then ` +
        `${CONCURRENT}, ${CONCURRENCY} at a time (commands/s); ratios of the same repeat, and the middle half of those ratios. Each bot is a process, ` +
        `with the stand-in for Discord in another. ${await checkStored(bots)}`
    ]
  );
  printTable(
    "The bot's event loop",
    ['', 'p99.9 − off, ms', 'p99.9, ms', 'longest, ms', 'busy p99.9 − off, ms', 'busy longest, ms'],
    bots.map((bot) => [
      bot.name,
      loopDelay.median(bot) - loopDelay.median(off),
      loopDelay.median(bot),
      longestDelay.median(bot),
      busyLoopDelay.median(bot) - busyLoopDelay.median(off),
      busyLongestDelay.median(bot)
    ]),
    [`Event-loop delay while commands run ${PAUSE_MS} ms apart, and while they are sequential and concurrent.`]
  );
  printComparison(pair([off, ...on], theirs), { p50, 'sequential p50': sequentialP50, 'commands/s': perSecond, CPU: busyCpu });
}

async function startAll(variants: readonly BotVariant[]): Promise<BenchBot[]> {
  const bots: BenchBot[] = [];
  for (const variant of variants) bots.push(await BenchBot.start(variant));
  return bots;
}

async function drive(bot: BenchBot): Promise<Measures<number>> {
  await bot.probe('begin');
  const paced: number[] = [];
  for (let use = 0; use < PACED; use += 1) {
    paced.push(await bot.use());
    await wait(PAUSE_MS);
  }
  const calm = await bot.probe('end');
  await bot.probe('begin');
  const sequential: number[] = [];
  for (let use = 0; use < SEQUENTIAL; use += 1) sequential.push(await bot.use());
  const begin = performance.now();
  let left = CONCURRENT;
  const user = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await bot.use();
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, user));
  const perSecond = (CONCURRENT * 1000) / (performance.now() - begin);
  const busy = await bot.probe('end');
  return {
    p50: quantile(paced, 0.5),
    p99: quantile(paced, 0.99),
    loopDelay: calm.loopDelayP999,
    longestDelay: calm.loopDelayMax,
    sequentialP50: quantile(sequential, 0.5),
    perSecond,
    busyCpu: busy.cpuMs,
    busyLoopDelay: busy.loopDelayP999,
    busyLongestDelay: busy.loopDelayMax
  };
}

/** Says how many events were dropped. @throws {Error} when an event of the two of each use is neither stored nor counted as dropped. */
async function checkStored(bots: readonly BenchBot[]): Promise<string> {
  const made = (WARM_UPS + REPEATS) * (PACED + SEQUENTIAL + CONCURRENT) * 2;
  const losses: string[] = [];
  for (const { name, variant } of bots) {
    if (variant.countEvents === undefined) continue;
    const { written, dropped } = await variant.countEvents();
    if (written + dropped !== made) throw new Error(`${name}: of ${made} events ${written} were written and ${dropped} dropped`);
    losses.push(`${dropped} (${name})`);
  }
  return `Of ${made} events each, all were found in the database, or counted there as dropped from a queue of 1,000: ${losses.join(', ')}.`;
}
