// How much more memory does a bot hold at rest with telemetry on, and how much later has it registered its commands? Several sample bots with it off
// and on, each used for a while and then left alone; megabytes above off, and times as multiples of off.
import { setTimeout as wait } from 'node:timers/promises';
import { BenchBot } from '../support/bots/benchBot.ts';
import { botVariants, FLUSHED_MS, type BotVariant } from '../support/bots/variants.ts';
import { pair, printComparison } from '../support/comparison.ts';
import type { BenchOptions } from '../support/options.ts';
import { interleaved, Samples } from '../support/stats.ts';
import { printTable } from '../support/table.ts';

/** One process may lie off by its heap's luck. */
const PROCESSES = 9;
const COMMANDS = 400;

export async function memory({ against }: BenchOptions): Promise<void> {
  const { off, noise, ours, others } = await botVariants(against);
  const variants = [off, noise, ...ours.slice(1), ...others];
  const [rss, heap, start] = [new Samples<BotVariant>(), new Samples<BotVariant>(), new Samples<BotVariant>()];
  await interleaved(variants, PROCESSES, async (variant) => {
    const bot = await BenchBot.start(variant);
    for (let use = 0; use < COMMANDS; use += 1) await bot.use();
    await wait(FLUSHED_MS);
    const held = await bot.probe('rest');
    rss.add(variant, held.rss);
    heap.add(variant, held.heap);
    start.add(variant, bot.startMs);
    await bot.stop();
  });
  printTable(
    'Memory at rest and time until the commands are registered, telemetry',
    ['', 'rss − off, MB', 'rss, MB', 'least', 'most', 'heap − off, MB', 'start ÷ off', 'middle half', 'start, ms'],
    variants.map((variant) => [
      variant.name,
      rss.median(variant) - rss.median(off),
      rss.median(variant),
      Math.min(...rss.of(variant)),
      Math.max(...rss.of(variant)),
      heap.median(variant) - heap.median(off),
      start.ratio(variant, off),
      start.middleHalf(variant, off),
      start.median(variant)
    ]),
    [`Medians of ${PROCESSES} processes of each kind, each after ${COMMANDS} commands, all written, garbage collected.`]
  );
  printComparison(pair(ours, others), { rss, heap, start });
}
