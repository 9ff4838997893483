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
/** Longer than a batch waits. */
const WRITTEN_MS = 3_000;
const SALT = 'f3a1c9d27b6e4085a1d3c5e7f90b2468ace13579bdf02468';
const COUNT = `select (select count(*) from telemetry_events) as written, (select coalesce(sum(count), 0) from telemetry_losses) as dropped`;

/** What a user of the bot feels: a slash command with telemetry off and on, in four bots that take turns. */
export async function command(): Promise<void> {
  const provider = await ProviderStandIn.start({ delayMs: 0 });
  atEnd(() => provider.stop());
  const [folder, url] = [await temporaryFolder(), await createDatabase()];
  const on = { TELEMETRY_ENABLED: 'true', TELEMETRY_HASH_SALT: SALT, PROVIDER_URL: provider.url };
  const off = await BenchBot.start('off', { PROVIDER_URL: provider.url });
  const again = await BenchBot.start('off, a second bot: the noise', { PROVIDER_URL: provider.url });
  const sqlite = await BenchBot.start('on, SQLite', { ...on, TELEMETRY_DATA_DIR: folder });
  const postgresql = await BenchBot.start('on, PostgreSQL', { ...on, TELEMETRY_DATABASE_URL: url });
  const bots = [off, again, sqlite, postgresql];
  const results = Object.fromEntries(
    ['p50', 'p99', 'calmDelay', 'calmMax', 'rush', 'rate', 'hardDelay', 'hardMax', 'cpu', 'rss', 'heap'].map((key) => [
      key,
      new Samples<BenchBot>()
    ])
  );
  const note = (bot: BenchBot, values: Readonly<Record<string, number>>): void => {
    for (const [key, value] of Object.entries(values)) results[key]?.add(bot, value);
  };
  // The first repeats only warm up.
  await interleaved(bots, WARM_UPS, (bot) => drive(bot).then(() => undefined));
  await interleaved(bots, REPEATS, async (bot) => note(bot, await drive(bot)));
  await wait(WRITTEN_MS);
  await interleaved(bots, 5, async (bot) => {
    const { rss, heap } = await bot.ask('rest');
    note(bot, { rss, heap });
  });
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
    [
      '',
      'p99.9 − off, ms',
      'p99.9, ms',
      'longest, ms',
      'rush p99.9 − off, ms',
      'rush longest, ms',
      'rss − off, MB',
      'rss, MB',
      'heap − off, MB'
    ],
    bots.map((bot) => [
      bot.name,
      middle('calmDelay', bot) - middle('calmDelay', off),
      middle('calmDelay', bot),
      middle('calmMax', bot),
      middle('hardDelay', bot) - middle('hardDelay', off),
      middle('hardMax', bot),
      middle('rss', bot) - middle('rss', off),
      middle('rss', bot),
      middle('heap', bot) - middle('heap', off)
    ]),
    ['Event-loop delay while commands run 5 ms apart, and in the rush after; memory at rest, garbage collected.']
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
