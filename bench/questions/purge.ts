// How long does a writer wait while a day is purged? Our purge of one day of thirty beside a single DELETE, on PostgreSQL; milliseconds of the
// longest wait, and of the purge as a multiple of the DELETE.
import { setTimeout as wait } from 'node:timers/promises';
import type { Client } from 'pg';
import type { Store } from '../../src/store/store.ts';
import { filledDatabase } from '../support/filledDatabase.ts';
import { makeBatches } from '../support/events.ts';
import type { BenchOptions } from '../support/options.ts';
import { serverSettings } from '../support/postgres.ts';
import { interleaved, median, quantile, Samples, timed } from '../support/stats.ts';
import { ALL_DAYS, openStore, TODAY } from '../support/stores.ts';
import { printTable } from '../support/table.ts';

const ROWS = 10_000_000;
const REPEATS = 5;
const WRITER_BATCH = 100;
const QUIET_MS = 1_500;
/** Nothing is dated later. */
const LATEST = '9999-12-31';

interface Contestant {
  readonly name: string;
  readonly hasWriter: boolean;
  readonly run: (day: string) => Promise<unknown>;
}

export async function purge({ rows = ROWS }: BenchOptions): Promise<void> {
  const { url, client, store } = await filledDatabase(rows);
  const writer = await openStore({ databaseUrl: url });
  const ours: Contestant = {
    name: 'ours, a writer beside it',
    hasWriter: true,
    run: (day) => store.purge({ through: day, after: LATEST })
  };
  const alone: Contestant = { name: 'ours, nobody writes', hasWriter: false, run: (day) => store.purge({ through: day, after: LATEST }) };
  const statement: Contestant = {
    name: 'one DELETE, a writer beside it',
    hasWriter: true,
    run: (day) => client.query('delete from telemetry_events where day_bucket <= $1', [day])
  };
  const contestants = [ours, alone, statement];
  const took = new Samples<Contestant>();
  const walMb = new Samples<Contestant>();
  /** Waits of the writer: the longest, the 99th percentile, and the longest while nothing is purged. */
  const [longest, rare, before] = [new Samples<Contestant>(), new Samples<Contestant>(), new Samples<Contestant>()];
  const days = [...ALL_DAYS];
  const deletedRows: number[] = [];
  await interleaved(contestants, REPEATS, async (one) => {
    const day = days.shift() as string;
    deletedRows.push(await countOf(client, day));
    // The rows just deleted are the last repeat's to clean up, as autovacuum would have by the next day.
    await client.query('vacuum telemetry_events');
    await client.query('checkpoint');
    if (one.hasWriter) before.add(one, Math.max(...(await waitsDuring(writer, () => wait(QUIET_MS)))));
    const from = await walPosition(client);
    const purgeDay = async (): Promise<void> => took.add(one, await timed(() => one.run(day)));
    if (one.hasWriter) {
      const waits = await waitsDuring(writer, purgeDay);
      longest.add(one, Math.max(...waits));
      rare.add(one, quantile(waits, 0.99));
    } else await purgeDay();
    walMb.add(one, ((await walPosition(client)) - from) / 1e6);
    if ((await countOf(client, day)) > 0) throw new Error(`${one.name} left rows of ${day}`);
  });
  printTable(
    `Purging a day of ${median(deletedRows).toLocaleString('en-US')} rows, one of 30, PostgreSQL`,
    ['', '÷ one DELETE', 'ms', 'longest wait, ms', 'at worst', 'p99 wait, ms', 'longest before', 'WAL, MB'],
    contestants.map((one) => [
      one.name,
      took.ratio(one, statement),
      took.median(one),
      longest.median(one),
      one.hasWriter ? Math.max(...longest.of(one)) : '-',
      rare.median(one),
      before.median(one),
      walMb.median(one)
    ]),
    [
      `Medians of ${REPEATS} interleaved repeats, a day each. The writer writes ${WRITER_BATCH} rows of today again and again; "longest before" is its longest wait in ` +
        `${QUIET_MS / 1000} s without a purge. Its own WAL is counted with it.`,
      await serverSettings(client)
    ]
  );
}

/** How long each write took of a writer that writes all the time while `work` is done. */
async function waitsDuring(writer: Store, work: () => Promise<unknown>): Promise<number[]> {
  const progress = { isDone: false };
  const done = work().finally(() => {
    progress.isDone = true;
  });
  const waits: number[] = [];
  while (!progress.isDone) {
    const [batch] = makeBatches(TODAY, 1, WRITER_BATCH);
    waits.push(await timed(() => writer.write(batch ?? [])));
  }
  await done;
  return waits;
}

async function countOf(client: Client, day: string): Promise<number> {
  const { rows } = await client.query<{ count: string }>('select count(*) from telemetry_events where day_bucket <= $1', [day]);
  return Number(rows[0]?.count);
}

async function walPosition(client: Client): Promise<number> {
  const { rows } = await client.query<{ at: string }>("select pg_current_wal_lsn() - '0/0'::pg_lsn as at");
  return Number(rows[0]?.at);
}
