import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import type { Contestant } from './record/contestant.ts';
import { counter, span } from './record/openTelemetry.ts';
import { recorderAlone, wholePlugin } from './record/ours.ts';
import { posthog } from './record/posthog.ts';
import { promClient } from './record/prometheus.ts';
import { temporaryFolder } from './support/folder.ts';
import { connect, createDatabase, serverSettings } from './support/postgres.ts';
import { collectGarbage, interleaved, median, Samples } from './support/stats.ts';
import { printTable } from './support/table.ts';

/** As many at a time as an ordinary queue holds. */
const AT_A_TIME = 1_000;
const TIMES = 20;
const REPEATS = 9;
const COUNT = 'select count(*) as count from telemetry_events';

/** What recording costs the process, the way out included, and what of it the caller waits for. */
export async function record(): Promise<void> {
  const folder = await temporaryFolder();
  const url = await createDatabase();
  const client = await connect(url);
  const sqlite = await wholePlugin('ours into SQLite: begin, succeed, end', { TELEMETRY_DATA_DIR: folder }, () => countSqlite(folder));
  const postgresql = await wholePlugin('ours into PostgreSQL: begin, succeed, end', { TELEMETRY_DATABASE_URL: url }, async () =>
    Number((await client.query<{ count: string }>(COUNT)).rows[0]?.count)
  );
  const [alone, spans, hog] = [recorderAlone(), span(), await posthog()];
  const contestants = [alone, sqlite, postgresql, spans, counter(), promClient(), hog];
  const cpu = new Samples<Contestant>();
  const caller = new Samples<Contestant>();
  const made = new Map<Contestant, number>();
  // The first repeats only warm up.
  await interleaved(contestants, 2, (one) => measure(one, new Samples(), new Samples(), made));
  await interleaved(contestants, REPEATS, (one) => measure(one, cpu, caller, made));
  for (const one of contestants) {
    const [wanted, delivered] = [made.get(one), await one.delivered()];
    if (delivered !== wanted) throw new Error(`${one.name}: ${wanted} made, ${delivered} delivered`);
  }
  const row = (one: Contestant): (string | number)[] => {
    const isWhole = one !== alone;
    return [
      one.name,
      isWhole ? cpu.ratio(one, spans) : '-',
      isWhole ? cpu.ratio(one, hog) : '-',
      isWhole ? (cpu.ratio(one, spans) * one.unitsPerRun) / spans.unitsPerRun : '-',
      caller.median(one),
      isWhole ? cpu.median(one) : '-'
    ];
  };
  printTable(
    'Recording: CPU of the process with the way out, and of the call itself',
    ['', '÷ span', '÷ posthog', 'a run ÷ span', 'the call, ns', 'CPU, ns'],
    contestants.map(row),
    [
      `Medians of ${REPEATS} interleaved repeats of ${AT_A_TIME * TIMES} each, ${AT_A_TIME} at a time; ratios of the same repeat. A unit is an event, a span or ` +
        'an addition; "a run" is what a bot makes of one command: two events, one span. All that was made was counted where it arrived.',
      await serverSettings(client)
    ]
  );
}

async function measure(
  one: Contestant,
  cpu: Samples<Contestant>,
  caller: Samples<Contestant>,
  made: Map<Contestant, number>
): Promise<void> {
  collectGarbage();
  const before = process.cpuUsage();
  const calls: number[] = [];
  for (let time = 0; time < TIMES; time += 1) {
    const begin = performance.now();
    one.make(AT_A_TIME);
    calls.push(((performance.now() - begin) * 1e6) / AT_A_TIME);
    await one.deliver();
  }
  const { user, system } = process.cpuUsage(before);
  const units = AT_A_TIME * TIMES;
  made.set(one, (made.get(one) ?? 0) + units);
  cpu.add(one, ((user + system) * 1000) / units);
  caller.add(one, median(calls));
}

function countSqlite(folder: string): number {
  const database = new DatabaseSync(join(folder, 'telemetry.db'));
  try {
    return Number(database.prepare(COUNT).get()?.['count']);
  } finally {
    database.close();
  }
}
