import { open } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import type { Client } from 'pg';
import type { Store } from '../../src/store/store.ts';
import { eventFields, type TelemetryEvent } from '../../src/schema/eventFields.ts';
import { DURATION_DEVIATION, DURATION_MEAN, FAILURE_SHARE, FAILURES, GUILDS, makeEvents, OPERATIONS, PROVIDERS } from './events.ts';
import { withProgress } from './progress.ts';
import { ALL_DAYS } from './stores.ts';

const COLUMNS = Object.values(eventFields).map(({ column }) => column);
const KEYS = Object.keys(eventFields) as (keyof TelemetryEvent)[];
const RUNS_AT_ONCE = 5_000;
const textArray = (values: readonly string[]): string => `(array[${values.map((value) => `'${value}'`).join(', ')}])`;

/** The runs of a day, as `makeEvents` makes them, but by the server itself. $1 is the day, $2 how many runs. */
const GENERATE = `
  with drawn as materialized (
    select floor(power(random(), 2) * ${OPERATIONS})::int as op, floor(power(random(), 2) * ${GUILDS})::int as guild,
      random() < ${FAILURE_SHARE} as failed, floor(random() * ${FAILURES.length})::int + 1 as failure,
      round(exp(random_normal(${DURATION_MEAN}, ${DURATION_DEVIATION})))::int as ms
    from generate_series(1, $2::int)
  ), runs as materialized (
    select *, 'discord.feature_' || op / 5 || '.operation_' || op || '.' as name, 'feature_' || op / 5 as feature,
      case when op % 5 > 0 then ${textArray(PROVIDERS)}[op % 4 + 1] end as provider, repeat(md5(guild::text), 2) as hash,
      ${textArray(FAILURES.map(([status]) => status))}[failure] as status, ${textArray(FAILURES.map(([, type]) => type))}[failure] as error
    from drawn
  )
  insert into telemetry_events (${COLUMNS.join(', ')})
  select $1::date, gen_random_uuid(), name || action, 'discord', feature, action, case when is_failure then status else 'ok' end, provider, hash,
    case when action <> 'invoke' and not (is_failure and status = 'denied') then ms end, case when is_failure then error end, 1
  from runs cross join lateral (values ('invoke', false), (case when failed then 'failure' else 'success' end, failed)) as stage (action, is_failure)`;

/** Fills an empty table with `rows` events of the last 30 days, day after day, and lets the server settle. */
export async function fillPostgresql(client: Client, rows: number): Promise<void> {
  await client.query('set synchronous_commit = off');
  await withProgress(`${rows.toLocaleString('en-US')} events in PostgreSQL`, ALL_DAYS.length, async (done) => {
    for (const day of ALL_DAYS) {
      await client.query(GENERATE, [day, Math.round(rows / ALL_DAYS.length / 2)]);
      done(1);
    }
  });
  await client.query('set synchronous_commit = on');
  await client.query('vacuum analyze telemetry_events');
  await client.query('checkpoint');
}

/** Adds about `rows` events to the tables of `store` in `file`, the same number for each of the last 30 days. */
export async function fillSqlite(store: Store, file: string, rows: number): Promise<void> {
  // Makes what each day needs.
  for (const day of ALL_DAYS) await store.write(makeEvents(day, 1));
  const database = new DatabaseSync(file, { timeout: 5_000 });
  database.exec('pragma synchronous = off; pragma cache_size = -400000');
  const runsOfDay = Math.round(rows / ALL_DAYS.length / 2);
  try {
    await withProgress(`${rows.toLocaleString('en-US')} events in SQLite`, runsOfDay * 2 * ALL_DAYS.length, async (done) => {
      for (const day of ALL_DAYS) {
        const insert = database.prepare(
          `insert into ${tableOf(database, day)} (${COLUMNS.join(', ')}) values (${COLUMNS.map(() => '?').join(', ')})`
        );
        for (let left = runsOfDay; left > 0; left -= RUNS_AT_ONCE) {
          const events = makeEvents(day, Math.min(left, RUNS_AT_ONCE));
          database.exec('begin');
          for (const event of events) insert.run(...KEYS.map((key) => event[key]));
          database.exec('commit');
          done(events.length);
          await setImmediate();
        }
      }
    });
    database.exec('pragma wal_checkpoint(truncate)');
  } finally {
    database.close();
  }
  // Or the first checkpoint that is measured would wait for the disk to take all this.
  await using handle = await open(file, 'r+');
  await handle.sync();
}

/** Each day has a table of its own; another checkout may have one for all. */
function tableOf(database: DatabaseSync, day: string): string {
  const name = `telemetry_events_${day.replaceAll('-', '')}_*`;
  const row = database.prepare("select name from sqlite_master where type = 'table' and name glob ? order by name desc").get(name);
  return String(row?.['name'] ?? 'telemetry_events');
}
