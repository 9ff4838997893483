// Is anything lost uncounted, doubled, unanswered, left open or growing under load and faults? Sample bots on PostgreSQL, on SQLite and without
// telemetry, for 10 minutes: npm run soak [-- minutes --seed the-number-of-a-run-to-repeat]. It exits with 1 when something is.
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ProviderStandIn } from '../../examples/stand-ins/provider.ts';
import { PostgresServer } from '../../tests/support/postgres.ts';
import { seededRandom } from '../../tests/support/randomEvents.ts';
import { TcpProxy } from '../../tests/support/tcpProxy.ts';
import { atEnd, releaseAll } from '../support/cleanup.ts';
import { temporaryFolder } from '../support/folder.ts';
import { median } from '../support/stats.ts';
import { print } from '../support/table.ts';
import { ENABLED } from '../support/telemetry.ts';
import type { Snapshot } from './bot.ts';
import { injectFaults, postgresqlFaults, sqliteFaults } from './faults.ts';
import { SoakedBot } from './soakedBot.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { seed: { type: 'string' } } });
const MINUTES = Number(positionals[0] ?? 10);
const SEED = Number(values.seed ?? randomInt(1_000_000));
const SNAPSHOTS = 30;
/** The first third fills caches. From the second to the last third the median of the heap may grow by so much: the bot's own caches vary. */
const HEAP_TOLERANCE = 0.1;
/** More than a silent connection is waited for (15 s) and the longest pause between attempts (30 s). */
const DRAIN_MS = 60_000;

const problems: string[] = [];
const check = (holds: boolean, what: string): void => {
  if (!holds) problems.push(what);
};

const COUNTS = `select (select count(*) from telemetry_events) as written,
  (select coalesce(sum(count), 0) from telemetry_losses where reason = 'queue_full') as dropped,
  (select coalesce(sum(count), 0) from telemetry_losses where reason = 'refused') as refused`;

async function soak(): Promise<void> {
  if (!(MINUTES > 0)) throw new Error('The minutes are a number above 0');
  if (!Number.isInteger(SEED)) throw new Error('The seed is a whole number');
  print(`${MINUTES} minutes, seed ${SEED}`);
  const folder = await temporaryFolder();
  const file = join(folder, 'telemetry.db');
  const server = await PostgresServer.start();
  atEnd(() => server.remove());
  const url = await server.createDatabase();
  const proxy = await TcpProxy.start(url);
  atEnd(() => proxy.close());
  const provider = await ProviderStandIn.start({ faultRate: 0.01, slowMs: 5_000 });
  atEnd(() => provider.stop());
  const env = {
    PROVIDER_URL: provider.url,
    ...ENABLED,
    TELEMETRY_FLUSH_INTERVAL_MS: '500',
    // Small enough to overflow when the database is away for long.
    TELEMETRY_QUEUE_SIZE: '300'
  };
  // One that does not record tells what is left of a bot without us.
  const [onPostgresql, onSqlite, without] = await Promise.all([
    SoakedBot.start('PostgreSQL', { ...env, TELEMETRY_DATABASE_URL: proxy.url }, join(folder, 'postgresql.log')),
    SoakedBot.start('SQLite', { ...env, TELEMETRY_DATA_DIR: folder }, join(folder, 'sqlite.log')),
    SoakedBot.start('nothing', { ...env, TELEMETRY_ENABLED: 'false' }, join(folder, 'without.log'))
  ]);
  const bots = [onPostgresql, onSqlite, without] as const;

  const lasts = MINUTES * 60_000;
  const end = performance.now() + lasts;
  const watch = async (): Promise<void> => {
    while (performance.now() < end) {
      await Promise.all(bots.map((bot) => bot.takeSnapshot()));
      await wait(lasts / SNAPSHOTS);
    }
  };
  const [, , ...faults] = await Promise.all([
    watch(),
    Promise.all(bots.map((bot) => bot.drive(end))),
    injectFaults(postgresqlFaults(server, proxy), seededRandom(SEED), end),
    injectFaults(sqliteFaults(file), seededRandom(SEED + 1), end)
  ]);
  print(
    faults
      .flatMap(Object.entries)
      .map(([name, times]) => `${name}: ${String(times)}`)
      .join(', ')
  );

  for (const bot of bots) await drained(bot);
  const [afterPostgresql, afterSqlite, afterNothing] = await Promise.all(bots.map((bot) => bot.ask('destroy')));
  const [postgresqlRow] = await server.query(COUNTS, url);
  const database = new DatabaseSync(file);
  const sqliteRow = database.prepare(COUNTS).get();
  const [integrity] = database.prepare('pragma integrity_check').all();
  database.close();
  check(integrity?.['integrity_check'] === 'ok', 'the SQLite file is damaged');
  conclude(onPostgresql, afterPostgresql, afterNothing, postgresqlRow);
  conclude(onSqlite, afterSqlite, afterNothing, sqliteRow);
  conclude(without, afterNothing, afterNothing, undefined);
  check(proxy.connections === 0, `${proxy.connections} connections to PostgreSQL are left`);
  const sessions = await server.query("select 1 from pg_stat_activity where application_name like 'sapphire%'");
  check(sessions.length === 0, `${sessions.length} sessions of PostgreSQL are left`);
}

async function drained(bot: SoakedBot): Promise<void> {
  const end = performance.now() + DRAIN_MS;
  while (performance.now() < end) {
    const { status } = await bot.ask('snapshot');
    if (status.queueLength === 0 && status.inFlight === 0 && status.problem === null) return;
    if (status.state === 'off') return;
    await wait(500);
  }
  problems.push(`${bot.name}: the queue was not empty ${DRAIN_MS / 1000} s after the last fault`);
}

/** Says how a bot did, and checks it against its database and against a bot without telemetry. */
function conclude(
  bot: SoakedBot,
  after: Snapshot | undefined,
  plain: Snapshot | undefined,
  row: Record<string, unknown> | undefined
): void {
  if (after === undefined || plain === undefined) return;
  const { made, written, dropped, refused, sampledOut } = after.status.counters;
  const { queueLength } = after.status;
  const heaps = bot.snapshots.map(({ heap }) => heap);
  const third = Math.floor(heaps.length / 3);
  const [middle, last] = [median(heaps.slice(third, 2 * third)), median(heaps.slice(2 * third))];
  print(
    `${bot.name}: used ${bot.used} times, ${bot.unanswered} unanswered; ${made} events made = ${written} written + ${queueLength} queued + ` +
      `${dropped} dropped + ${refused} refused + ${sampledOut} sampled out; heap ${megabytes(middle)} MB in the second third, ` +
      `${megabytes(last)} MB in the last; left: ${after.resources.join(' ') || 'nothing'}`
  );
  check(bot.unanswered === 0, `${bot.name}: ${bot.unanswered} uses were not answered`);
  check(last <= middle * (1 + HEAP_TOLERANCE), `${bot.name}: the heap grew by more than ${HEAP_TOLERANCE * 100} %`);
  check(after.resources.length <= plain.resources.length, `${bot.name}: more is left than of a bot without telemetry`);
  if (row === undefined) return;
  check(made > 0 && made === written + queueLength + dropped + refused + sampledOut, `${bot.name}: the counters do not add up`);
  const stored = Object.fromEntries(Object.entries(row).map(([name, count]) => [name, Number(count)]));
  check(stored['written'] === written, `${bot.name}: ${stored['written']} events are stored, and the counters say ${written}`);
  check(stored['dropped'] === dropped && stored['refused'] === refused, `${bot.name}: the stored losses are not those of the counters`);
}

const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void releaseAll().finally(() => process.exit(130)));
try {
  await soak();
} catch (error) {
  problems.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
} finally {
  await releaseAll();
}
print(problems.length === 0 ? 'All is well' : problems.map((problem) => `WRONG: ${problem}`).join('\n'));
process.exit(problems.length === 0 ? 0 : 1);
