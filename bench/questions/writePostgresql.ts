// How fast are events stored in PostgreSQL? Our batches beside COPY of the same rows and MikroORM's insertMany; rows a second, as a multiple of
// COPY's.
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { MikroORM } from '@mikro-orm/sql';
import { PostgreSqlDriver } from '@mikro-orm/postgresql';
import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { EventIds } from '../../src/events/eventId.ts';
import { eventFields, type TelemetryEvent } from '../../src/schema/eventFields.ts';
import { ormOptions } from '../../src/storage/ormOptions.ts';
import { PostgresqlDialect } from '../../src/storage/postgresql/postgresqlDialect.ts';
import { atEnd } from '../support/cleanup.ts';
import { makeBatches } from '../support/events.ts';
import { makeFilledDatabase } from '../support/filledDatabase.ts';
import type { BenchOptions } from '../support/options.ts';
import { ours as ourPlugin } from '../support/plugin.ts';
import { serverSettings } from '../support/postgres.ts';
import { collectGarbage, interleaved, Samples, timed } from '../support/stats.ts';
import { TODAY } from '../support/stores.ts';
import { printTable } from '../support/table.ts';

const BATCH = 1_000;
const BATCHES = 40;
const ROWS = BATCH * BATCHES;
const REPEATS = 7;
const SMALLER = 1_000_000;
const LARGEST = 10_000_000;
const KEYS = Object.keys(eventFields) as (keyof TelemetryEvent)[];
const EVENTS = 'telemetry_events';
const PLAIN = 'events_without_key_and_constraints';

interface Contestant {
  readonly name: string;
  readonly table: string;
  /** Whether the ids are ours: those of a segment begin alike. */
  readonly inSegments: boolean;
  write(batches: readonly TelemetryEvent[][], lines: readonly string[]): Promise<void>;
}

export async function writePostgresql({ rows = LARGEST }: BenchOptions): Promise<void> {
  for (const size of new Set([0, Math.min(SMALLER, rows), rows])) await writeTo(size);
}

/** Into a table of `size` rows of 30 days. */
async function writeTo(size: number): Promise<void> {
  const { store, client, url } = await makeFilledDatabase(size, ourPlugin);
  await client.query(`create table ${PLAIN} as select * from ${EVENTS} with no data`);
  // By its own driver: inside a transaction of ours a table is found by its schema alone.
  const { entities = [], batchSize = BATCH } = ormOptions(new PostgresqlDialect(url));
  const orm = new MikroORM({ driver: PostgreSqlDriver, entities, batchSize, clientUrl: url });
  await orm.connect();
  const entity = orm.getMetadata().getByClassName('events').class;
  atEnd(() => orm.close(true));
  const write = (batches: readonly TelemetryEvent[][]): Promise<void> => each(batches, (batch) => store.write(batch));

  const copyAll: Contestant = {
    name: 'COPY, all at once, no key, no constraints',
    table: PLAIN,
    inSegments: false,
    write: (_, lines) => copy(client, PLAIN, lines)
  };
  const copyEach: Contestant = {
    name: 'COPY by 1,000, no key, no constraints',
    table: PLAIN,
    inSegments: false,
    write: async (_, lines) => {
      for (const line of lines) await copy(client, PLAIN, [line]);
    }
  };
  const ours: Contestant = { name: 'ours', table: EVENTS, inSegments: true, write };
  const scattered: Contestant = { name: 'ours, with ids that share nothing', table: EVENTS, inSegments: false, write };
  const insertMany: Contestant = {
    name: 'em.insertMany',
    table: EVENTS,
    inSegments: true,
    write: (batches) => each(batches, (batch) => orm.em.fork().insertMany(entity, batch))
  };
  const contestants = [copyAll, copyEach, ours, scattered, insertMany];
  const [micros, cpu, wal, index] = [1, 2, 3, 4].map(() => new Samples<Contestant>()) as [
    Samples<Contestant>,
    Samples<Contestant>,
    Samples<Contestant>,
    Samples<Contestant>
  ];
  const ids = new EventIds();
  await interleaved(contestants, REPEATS + 1, async (one, repeat) => {
    const made = makeBatches(TODAY, BATCHES, BATCH);
    const batches = one.inSegments ? made.map((batch) => batch.map((event) => ({ ...event, id: ids.next(TODAY) }))) : made;
    const lines = batches.map((batch) => batch.map(copyLine).join(''));
    if (one.table === PLAIN) await client.query(`truncate ${PLAIN}`);
    await client.query('checkpoint');
    collectGarbage();
    const [before, held] = [process.cpuUsage(), await sizes(client)];
    const ms = await timed(() => one.write(batches, lines));
    const { user, system } = process.cpuUsage(before);
    const now = await sizes(client);
    // The first repeat only warms up.
    if (repeat === 0) return;
    micros.add(one, (ms * 1000) / ROWS);
    cpu.add(one, (user + system) / ROWS);
    wal.add(one, (now.wal - held.wal) / ROWS);
    index.add(one, (now.index - held.index) / ROWS);
  });
  printTable(
    `Writing to PostgreSQL, into a table of ${size.toLocaleString('en-US')} rows`,
    ['', '× COPY at once', '× COPY by 1,000', 'rows/s', "Node's CPU, µs a row", 'WAL, bytes a row', 'index, bytes a row'],
    contestants.map((one) => [
      one.name,
      1 / micros.ratio(one, copyAll),
      1 / micros.ratio(one, copyEach),
      1e6 / micros.median(one),
      cpu.median(one),
      wal.median(one),
      index.median(one)
    ]),
    [
      `Medians of ${REPEATS} interleaved repeats of ${ROWS.toLocaleString('en-US')} rows, each after a checkpoint; ratios of the same repeat. The lines of COPY were made before.`,
      await serverSettings(client)
    ]
  );
}

async function sizes(client: Client): Promise<{ wal: number; index: number }> {
  const { rows } = await client.query<{ wal: string; index: string }>(
    `select pg_current_wal_insert_lsn() - '0/0'::pg_lsn as wal, pg_relation_size('${EVENTS}_pkey') as index`
  );
  return { wal: Number(rows[0]?.wal), index: Number(rows[0]?.index) };
}

async function each(batches: readonly TelemetryEvent[][], work: (batch: TelemetryEvent[]) => Promise<unknown>): Promise<void> {
  for (const batch of batches) await work(batch);
}

/** As COPY's text format has it: nothing in an event needs escaping. */
function copyLine(event: TelemetryEvent): string {
  return `${KEYS.map((key) => event[key] ?? String.raw`\N`).join('\t')}\n`;
}

async function copy(client: Client, table: string, lines: readonly string[]): Promise<void> {
  await pipeline(Readable.from(lines), client.query(copyFrom(`copy ${table} from stdin`)));
}
