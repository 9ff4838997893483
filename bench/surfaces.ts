import { setImmediate, setTimeout as wait } from 'node:timers/promises';
import { RacetimeStandIn } from '../examples/stand-ins/racetime.ts';
import { freePort, RedisServer } from '../examples/stand-ins/redisServer.ts';
import { ProviderStandIn } from '../examples/stand-ins/provider.ts';
import { BenchBot } from './command/bot.ts';
import { atEnd } from './support/cleanup.ts';
import { temporaryFolder } from './support/folder.ts';
import { interleaved, median, quantile, Samples } from './support/stats.ts';
import { printTable } from './support/table.ts';

const REPEATS = 7;
const WARM_UPS = 1;
const USES = 25;
const PAUSE_MS = 3;
const TOKEN = 'a token of the bench';
const SALT = 'f3a1c9d27b6e4085a1d3c5e7f90b2468ace13579bdf02468';
const SEED = JSON.stringify({ preset: 'open' });

/** By surface: uses it once, and resolves when the bot has answered. */
type Uses = Readonly<Record<string, () => Promise<unknown>>>;

/** What a user of the other surfaces feels: a route, a scheduled task and a race room with telemetry off and on, in bots that take turns. */
export async function surfaces(): Promise<void> {
  const provider = await ProviderStandIn.start({ delayMs: 0 });
  atEnd(() => provider.stop());
  const on = { TELEMETRY_ENABLED: 'true', TELEMETRY_HASH_SALT: SALT, TELEMETRY_DATA_DIR: await temporaryFolder() };
  const off = await start('off', provider.url);
  const again = await start('off, a second bot: the noise', provider.url);
  const measured = await start('on, SQLite', provider.url, on);
  const bots = [off, again, measured];
  const names = Object.keys(off.uses);
  const results = new Map(names.map((name) => [name, new Samples<(typeof bots)[number]>()]));
  await interleaved(bots, WARM_UPS + REPEATS, async (bot, repeat) => {
    for (const [name, use] of Object.entries(bot.uses)) {
      const times: number[] = [];
      for (let time = 0; time < USES; time += 1) {
        const begin = performance.now();
        await use();
        times.push(performance.now() - begin);
        await wait(PAUSE_MS);
      }
      // The first repeats only warm up.
      if (repeat >= WARM_UPS) results.get(name)?.add(bot, median(times));
    }
  });
  printTable(
    'The other surfaces of the sample bot, telemetry',
    ['', ...names.flatMap((name) => [`${name}, p50 ÷ off`, 'middle half', 'p50, ms'])],
    bots.map((bot) => [
      bot.name,
      ...names.flatMap((name) => {
        const samples = results.get(name) ?? new Samples();
        const ratios = samples.ratios(bot, off);
        return [
          median(ratios).toFixed(3),
          `${quantile(ratios, 0.25).toFixed(3)}-${quantile(ratios, 0.75).toFixed(3)}`,
          samples.median(bot)
        ];
      })
    ]),
    [
      `Medians of ${REPEATS} interleaved repeats of ${USES} uses, ${PAUSE_MS} ms apart; ratios of the same repeat. Until the response has ended (a route), ` +
        'the message is in its channel (a task, from its request by way of Redis), the answer is in the room.',
      ...(RedisServer.isInstalled() ? [] : ['No scheduled task: this machine has no redis-server.'])
    ]
  );
}

async function start(name: string, providerUrl: string, env: Readonly<Record<string, string>> = {}): Promise<{ name: string; uses: Uses }> {
  const [port, racetime] = [await freePort(), await RacetimeStandIn.start()];
  atEnd(() => racetime.stop());
  const redis = RedisServer.isInstalled() ? await RedisServer.start() : undefined;
  atEnd(() => redis?.stop());
  const room = racetime.openRoom();
  const bot = await BenchBot.start(name, {
    ...env,
    PROVIDER_URL: providerUrl,
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
    if (response.status !== status) throw new Error(`The bot with telemetry ${name} answered ${response.status}`);
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
        if ((await room.ask('!seed open')) === undefined) throw new Error(`The bot with telemetry ${name} is silent in its room`);
      }
    }
  };
}
