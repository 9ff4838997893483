import type { Client } from 'pg';
import type { Store } from '../src/store/store.ts';
import { filledDatabase } from './support/bigDatabase.ts';
import { makeBatches } from './support/events.ts';
import { serverSettings } from './support/postgres.ts';
import { interleaved, median, quantile, Samples } from './support/stats.ts';
import { ALL_DAYS, open, TODAY } from './support/stores.ts';
import { printTable } from './support/table.ts';

/** BENCH_ROWS makes it smaller, for a quick trial. */
const ROWS = Number(process.env['BENCH_ROWS'] ?? 10_000_000);
const REPEATS = 5;
const WRITER_BATCH = 100;
const QUIET_MS = 1_500;

interface Contestant {
  readonly name: string;
  readonly hasWriter: boolean;
  readonly run: (day: string) => Promise<unknown>;
}

/** One day of thirty goes, while another connection writes all the time. */
export async function purge(): Promise<void> {
  const { url, client, store } = await filledDatabase(ROWS);
  const writer = await open({ databaseUrl: url });
  const plain = async (day: string): Promise<void> =>
    void (await client.query(`delete from telemetry_events where day_bucket <= '${day}'`));
  const ours: Contestant = { name: 'ours, a writer beside it', hasWriter: true, run: (day) => store.purge(day) };
  const alone: Contestant = { name: 'ours, nobody writes', hasWriter: false, run: (day) => store.purge(day) };
  const statement: Contestant = { name: 'one DELETE, a writer beside it', hasWriter: true, run: plain };
  const contestants = [ours, alone, statement];
  const [ms, longest, rare, wal, quiet] = [0, 0, 0, 0, 0].map(() => new Samples<Contestant>()) as [
    Samples<Contestant>,
    Samples<Contestant>,
    Samples<Contestant>,
    Samples<Contestant>,
    Samples<Contestant>
  ];
  const days = [...ALL_DAYS];
  const deletedRows: number[] = [];
  await interleaved(contestants, REPEATS, async (one) => {
    const day = days.shift() as string;
    deletedRows.push(await countOf(client, day));
    // The rows just deleted are the last repeat's to clean up, as autovacuum would have by the next day.
    await client.query('vacuum telemetry_events');
    await client.query('checkpoint');
    if (one.hasWriter)
      quiet.add(one, Math.max(...(await waitsDuring(writer, () => new Promise((resolve) => setTimeout(resolve, QUIET_MS))))));
    const from = await walPosition(client);
    let took = 0;
    const work = async (): Promise<void> => {
      const begin = performance.now();
      await one.run(day);
      took = performance.now() - begin;
    };
    const waits = one.hasWriter ? await waitsDuring(writer, work) : await work().then(() => []);
    ms.add(one, took);
    wal.add(one, ((await walPosition(client)) - from) / 1e6);
    if (waits.length > 0) {
      longest.add(one, Math.max(...waits));
      rare.add(one, quantile(waits, 0.99));
    }
    if ((await countOf(client, day)) > 0) throw new Error(`${one.name} left rows of ${day}`);
  });
  printTable(
    `Purging a day of ${median(deletedRows).toLocaleString('en-US')} rows, one of 30, PostgreSQL`,
    ['', '÷ one DELETE', 'ms', 'longest wait, ms', 'at worst', 'p99 wait, ms', 'longest before', 'WAL, MB'],
    contestants.map((one) => [
      one.name,
      ms.ratio(one, statement),
      ms.median(one),
      longest.median(one),
      one.hasWriter ? Math.max(...longest.of(one)) : '-',
      rare.median(one),
      quiet.median(one),
      wal.median(one)
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
    const begin = performance.now();
    await writer.write(batch ?? []);
    waits.push(performance.now() - begin);
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
