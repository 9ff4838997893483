// How much longer do a route, a scheduled task and an answer in a race room take with telemetry on? Sample bots with it off, off again (the
// noise) and on take turns; the median time until it is done, as a multiple of off.
import { setImmediate, setTimeout as wait } from 'node:timers/promises';
import { RacetimeStandIn } from '../../examples/stand-ins/racetime.ts';
import { freePort, RedisServer } from '../../examples/stand-ins/redisServer.ts';
import { BenchBot } from '../support/bots/benchBot.ts';
import { botVariants, type BotVariant } from '../support/bots/variants.ts';
import { atEnd } from '../support/cleanup.ts';
import { pair, printComparison } from '../support/comparison.ts';
import type { BenchOptions } from '../support/options.ts';
import { interleaved, median, Samples, timed } from '../support/stats.ts';
import { printTable } from '../support/table.ts';

const REPEATS = 7;
const WARM_UPS = 1;
const USES = 25;
const PAUSE_MS = 3;
const TOKEN = 'a token of the bench';
const SEED = JSON.stringify({ preset: 'open' });

interface Contestant {
  readonly name: string;
  /** By surface: uses it once, and resolves when the bot is done. */
  readonly uses: Readonly<Record<string, () => Promise<unknown>>>;
}

export async function surfaces({ against }: BenchOptions): Promise<void> {
  const { noise, ...variants } = await botVariants(against);
  const [off, ...on] = (await startAll(variants.ours)) as [Contestant, ...Contestant[]];
  const [second, others] = [await start(noise), await startAll(variants.others)];
  const contestants = [off, second, ...on, ...others];
  const samples = Object.fromEntries(Object.keys(off.uses).map((surface) => [surface, new Samples<Contestant>()]));
  await interleaved(contestants, WARM_UPS + REPEATS, async (one, repeat) => {
    for (const [surface, use] of Object.entries(one.uses)) {
      const times: number[] = [];
      for (let time = 0; time < USES; time += 1) {
        times.push(await timed(use));
        await wait(PAUSE_MS);
      }
      if (repeat >= WARM_UPS) samples[surface]?.add(one, median(times));
    }
  });
  const measured = Object.entries(samples);
  printTable(
    'The other surfaces of the sample bot, telemetry',
    ['', ...measured.flatMap(([surface]) => [`${surface}, p50 ÷ off`, 'middle half', 'p50, ms'])],
    contestants.map((one) => [
      one.name,
      ...measured.flatMap(([, times]) => [times.ratioText(one, off), times.middleHalf(one, off), times.median(one)])
    ]),
    [
      `Medians of ${REPEATS} interleaved repeats of ${USES} uses, ${PAUSE_MS} ms apart; ratios of the same repeat. Until the response has ended (a route), ` +
        'the message is in its channel (a task, from its request by way of Redis), the answer is in the room.',
      ...(RedisServer.isInstalled() ? [] : ['No scheduled task: this machine has no redis-server.'])
    ]
  );
  printComparison(pair([off, ...on], others), samples);
}

async function startAll(variants: readonly BotVariant[]): Promise<Contestant[]> {
  const started: Contestant[] = [];
  for (const variant of variants) started.push(await start(variant));
  return started;
}

async function start(variant: BotVariant): Promise<Contestant> {
  const { name } = variant;
  const [port, racetime] = [await freePort(), await RacetimeStandIn.start()];
  atEnd(() => racetime.stop());
  const redis = RedisServer.isInstalled() ? await RedisServer.start() : undefined;
  atEnd(() => redis?.stop());
  const room = racetime.openRoom();
  const bot = await BenchBot.start(variant, {
    API_PORT: String(port),
    API_TOKEN: TOKEN,
    RACETIME_URL: racetime.url,
    RACETIME_CLIENT_ID: racetime.clientId,
    RACETIME_CLIENT_SECRET: racetime.clientSecret,
    RACETIME_CATEGORY: racetime.category,
    ...(redis !== undefined && { REDIS_URL: redis.url })
  });
  while (!room.isJoined) await wait(50);
  const post = async (path: string, status: number, body: string): Promise<void> => {
    const response = await fetch(`http://localhost:${port}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}` },
      body
    });
    await response.text();
    if (response.status !== status) throw new Error(`${path} was answered with ${response.status}: ${name}`);
  };
  const task = async (): Promise<void> => {
    const before = bot.requests.length;
    await post('/daily/announce', 202, '{}');
    while (!bot.requests.slice(before).some(({ path }) => path.endsWith('/messages'))) await setImmediate();
  };
  return {
    name,
    uses: {
      'a route': () => post('/seed/generate', 201, SEED),
      ...(redis !== undefined && { 'a task': task }),
      'a race room': async () => {
        if ((await room.ask('!seed open')) === undefined) throw new Error(`No answer in the race room: ${name}`);
      }
    }
  };
}
