import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ProviderStandIn } from '../examples/stand-ins/provider.ts';
import { BenchBot } from './command/bot.ts';
import { atEnd } from './support/cleanup.ts';
import { temporaryFolder } from './support/folder.ts';
import { connect, createDatabase } from './support/postgres.ts';
import { interleaved, quantile, Samples } from './support/stats.ts';
import { printTable } from './support/table.ts';

const REPEATS = 15;
const WARM_UPS = 3;
const ONE_BY_ONE = 400;
const PACED = 200;
/** Between two commands of a busy bot. */
const PAUSE_MS = 5;
const CROWD = 1_500;
const AT_ONCE = 16;
/** Processes of each kind whose memory is looked at. */
const BOTS = 5;
/** Longer than a batch waits. */
const WRITTEN_MS = 3_000;
const SALT = 'f3a1c9d27b6e4085a1d3c5e7f90b2468ace13579bdf02468';
const COUNT = `select (select count(*) from telemetry_events) as written, (select coalesce(sum(count), 0) from telemetry_losses) as dropped`;

interface Kind {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
}

/** What a user of the bot feels: a slash command with telemetry off and on, in four bots that take turns. */
export async function command(): Promise<void> {
  const provider = await ProviderStandIn.start({ delayMs: 0 });
  atEnd(() => provider.stop());
  const [folder, url] = [await temporaryFolder(), await createDatabase()];
  const on = { TELEMETRY_ENABLED: 'true', TELEMETRY_HASH_SALT: SALT, PROVIDER_URL: provider.url };
  const kinds: readonly Kind[] = [
    { name: 'off', env: { PROVIDER_URL: provider.url } },
    { name: 'off, a second bot: the noise', env: { PROVIDER_URL: provider.url } },
    { name: 'on, SQLite', env: { ...on, TELEMETRY_DATA_DIR: folder } },
    { name: 'on, PostgreSQL', env: { ...on, TELEMETRY_DATABASE_URL: url } }
  ];
  const bots: BenchBot[] = [];
  for (const { name, env } of kinds) bots.push(await BenchBot.start(name, env));
  const [off] = bots as [BenchBot];
  const results = Object.fromEntries(
    ['p50', 'p99', 'calmDelay', 'calmMax', 'rush', 'rate', 'hardDelay', 'hardMax', 'cpu'].map((key) => [key, new Samples<BenchBot>()])
  );
  const note = (bot: BenchBot, values: Readonly<Record<string, number>>): void => {
    for (const [key, value] of Object.entries(values)) results[key]?.add(bot, value);
  };
  // The first repeats only warm up.
  await interleaved(bots, WARM_UPS, (bot) => drive(bot).then(() => undefined));
  await interleaved(bots, REPEATS, async (bot) => note(bot, await drive(bot)));
  await wait(WRITTEN_MS);
  const dropped = await checkWritten(folder, url);

  const middle = (key: string, bot: BenchBot): number => results[key]?.median(bot) ?? Number.NaN;
  const ratio = (key: string, bot: BenchBot): number => results[key]?.ratio(bot, off) ?? Number.NaN;
  const quarters = (bot: BenchBot): string => {
    const ratios = results['p50']?.ratios(bot, off) ?? [];
    return `${quantile(ratios, 0.25).toFixed(3)}-${quantile(ratios, 0.75).toFixed(3)}`;
  };
  printTable(
    'A slash command of the sample bot, telemetry',
    ['', 'p50 ÷ off', 'middle half', 'p50, ms', 'p99, ms', 'rush p50 ÷ off', 'commands/s ÷ off', 'commands/s', 'CPU ÷ off'],
    bots.map((bot) => [
      bot.name,
      ratio('p50', bot).toFixed(3),
      quarters(bot),
      middle('p50', bot),
      middle('p99', bot),
      ratio('rush', bot),
      ratio('rate', bot),
      middle('rate', bot),
      ratio('cpu', bot)
    ]),
    [
      `Medians of ${REPEATS} interleaved repeats: ${PACED} commands ${PAUSE_MS} ms apart (p50, p99), ${ONE_BY_ONE} one straight after the other (rush), ` +
        `then ${CROWD}, ${AT_ONCE} at a time (commands/s); ratios of the same repeat, ` +
        'and the middle half of those ratios. Each bot is a process, with the stand-in for Discord in another. ' +
        `Every event was found in its database, or counted there as dropped: ${dropped.SQLite} (SQLite), ${dropped.PostgreSQL} (PostgreSQL) of a queue of 1,000.`
    ]
  );
  printTable(
    "The bot's event loop and memory",
    ['', 'p99.9 − off, ms', 'p99.9, ms', 'longest, ms', 'rush p99.9 − off, ms', 'rush longest, ms'],
    bots.map((bot) => [
      bot.name,
      middle('calmDelay', bot) - middle('calmDelay', off),
      middle('calmDelay', bot),
      middle('calmMax', bot),
      middle('hardDelay', bot) - middle('hardDelay', off),
      middle('hardMax', bot)
    ]),
    ['Event-loop delay while commands run 5 ms apart, and in the rush after.']
  );
  for (const bot of bots) await bot.stop();
  await memoryAtRest(kinds);
}

/** What bots hold that were used for a while and then left alone: one process may lie off by its heap's luck, so there are several of each kind. */
async function memoryAtRest(kinds: readonly Kind[]): Promise<void> {
  const [off] = kinds as [Kind];
  const [rss, heap] = [new Samples<Kind>(), new Samples<Kind>()];
  await interleaved(kinds, BOTS, async (kind) => {
    const bot = await BenchBot.start(kind.name, kind.env);
    for (let use = 0; use < ONE_BY_ONE; use += 1) await bot.use();
    await wait(WRITTEN_MS);
    const held = await bot.ask('rest');
    rss.add(kind, held.rss);
    heap.add(kind, held.heap);
    await bot.stop();
  });
  printTable(
    'Memory at rest',
    ['', 'rss − off, MB', 'rss, MB', 'least', 'most', 'heap − off, MB'],
    kinds.map((kind) => [
      kind.name,
      rss.median(kind) - rss.median(off),
      rss.median(kind),
      Math.min(...rss.of(kind)),
      Math.max(...rss.of(kind)),
      heap.median(kind) - heap.median(off)
    ]),
    [`Medians of ${BOTS} processes of each kind, each after ${ONE_BY_ONE} commands, all written, garbage collected.`]
  );
}

async function drive(bot: BenchBot): Promise<Record<string, number>> {
  await bot.ask('begin');
  const paced: number[] = [];
  for (let use = 0; use < PACED; use += 1) {
    paced.push(await bot.use());
    await wait(PAUSE_MS);
  }
  const calm = await bot.ask('end');
  await bot.ask('begin');
  const rush: number[] = [];
  for (let use = 0; use < ONE_BY_ONE; use += 1) rush.push(await bot.use());
  const begin = performance.now();
  let left = CROWD;
  const user = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await bot.use();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, user));
  const rate = (CROWD * 1000) / (performance.now() - begin);
  const hard = await bot.ask('end');
  return {
    p50: quantile(paced, 0.5),
    p99: quantile(paced, 0.99),
    calmDelay: calm.delayP999,
    calmMax: calm.delayMax,
    rush: quantile(rush, 0.5),
    rate,
    hardDelay: hard.delayP999,
    hardMax: hard.delayMax,
    cpu: hard.cpuMs
  };
}

/** Two events of each use are in the database, or counted there as dropped. Resolves to how many were dropped. */
async function checkWritten(folder: string, url: string): Promise<Record<'SQLite' | 'PostgreSQL', number>> {
  const wanted = (REPEATS + WARM_UPS) * (PACED + ONE_BY_ONE + CROWD) * 2;
  const client = await connect(url);
  const inPostgresql = (await client.query<Record<string, unknown>>(COUNT)).rows[0];
  const database = new DatabaseSync(join(folder, 'telemetry.db'));
  const inSqlite = database.prepare(COUNT).get();
  database.close();
  const droppedOf = (name: string, row: Readonly<Record<string, unknown>> | undefined): number => {
    const [written, dropped] = [Number(row?.['written']), Number(row?.['dropped'])];
    if (written + dropped !== wanted) throw new Error(`Of ${wanted} events ${written} are in ${name}, and ${dropped} were dropped`);
    return dropped;
  };
  return { PostgreSQL: droppedOf('PostgreSQL', inPostgresql), SQLite: droppedOf('SQLite', inSqlite) };
}
