import { container, Listener } from '@sapphire/framework';
import type { Message } from 'discord.js';
import type { RunDescription } from '../../src/events/runDescription.ts';
import type { Meter } from '../../src/metrics/meter.ts';
import { until, type TestBot } from '../support/bot.ts';
import type { TestDatabase } from '../support/databases.ts';
import { startGeneratorBot } from '../surfaces/discord/generatorBot.ts';

const ENOUGH = 10_000;
/** Runs that leave Discord without an answer. */
const SILENT = { timeoutMs: 300 };

/** Fails at one message, and hears no other. */
class Deaf extends Listener {
  constructor(context: Listener.LoaderContext, options: Listener.Options) {
    super(context, { ...options, event: 'messageCreate' });
  }
  override async run({ content }: Message): Promise<void> {
    if (content === 'hello') throw new TypeError('it broke');
  }
}

/** A bot with commands that end in every way, a listener that fails, and a meter. */
export function startMixedBot(database: TestDatabase, meter: Meter): Promise<TestBot> {
  return startGeneratorBot({
    database,
    pieces: [{ store: 'listeners', name: 'deaf', piece: Deaf }],
    client: { telemetry: { meter }, loadDefaultErrorListeners: false },
    discord: { answerWithinMs: 60_000 },
    env: { TELEMETRY_QUEUE_SIZE: String(ENOUGH) },
    beforeLogin: ({ rest }) => void (rest.options.globalRequestsPerSecond = ENOUGH)
  });
}

const seed: RunDescription = { surface: 'api', feature: 'seeds', operation: 'generate', provider: 'alttpr' };
const race: RunDescription = { surface: 'racetime', feature: 'room', operation: 'seed', provider: 'smz3' };

/** One run of each kind, which fails as its code says. */
const TRACKED: readonly (() => unknown)[] = [
  ...Array.from({ length: 8 }, () => async () => container.telemetry.track(seed, async () => 'a seed')),
  ...['provider_timeout', 'provider_unavailable', 'not_found'].map(
    (type) => async () => container.telemetry.track(seed, async (run) => run.fail(type))
  ),
  ...['rate_limited', 'interrupted'].map((type) => () => container.telemetry.track(race, (run) => run.fail(type))),
  () => container.telemetry.track(race, () => 'a race')
];

/** How many runs a round has; an error of a listener besides is none. */
export const RUNS_OF_ROUND = 25;

/** Uses the bot in every way, and waits until all of it has ended. */
export async function useMixed({ discord }: TestBot, rounds: number): Promise<void> {
  const before = container.telemetry.status().counters.made;
  const roll = (end: string, more = {}): Promise<unknown> => discord.slash({ command: 'roll', options: { end }, ...more });
  const round = (): unknown[] => [
    ...['well', 'annotated', 'answered'].map((end) => roll(end)),
    ...['throw', 'timeout', 'denied'].map((end) => roll(end, SILENT)),
    discord.slash({ command: 'alttpr', subcommand: 'preset' }),
    discord.slash({ command: 'alttpr', subcommand: 'locked', ...SILENT }),
    discord.message({ content: '!roll well' }),
    discord.message({ content: '!roll throw', ...SILENT }),
    discord.userMenu({ command: 'roll', target: { id: '111111111111111111', name: 'well' } }),
    discord.message({ content: 'hello', expectReply: false }),
    ...TRACKED.map((run) => run())
  ];
  await Promise.all(Array.from({ length: rounds }, round).flat());
  const made = before + 2 * rounds * (RUNS_OF_ROUND + 1);
  await until(() => container.telemetry.status().inFlight === 0 && container.telemetry.status().counters.made === made);
}
