// How fast are events stored in PostgreSQL? Our batches beside COPY of the same rows and MikroORM's insertMany; rows a second, as a multiple of
// COPY's.
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { MikroORM } from '@mikro-orm/sql';
import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { eventFields, type TelemetryEvent } from '../../src/schema/eventFields.ts';
import { ormOptions } from '../../src/storage/ormOptions.ts';
import { PostgresqlDialect } from '../../src/storage/postgresql/postgresqlDialect.ts';
import { atEnd } from '../support/cleanup.ts';
import { makeBatches } from '../support/events.ts';
import { connect, createDatabase, serverSettings } from '../support/postgres.ts';
import { collectGarbage, interleaved, Samples, timed } from '../support/stats.ts';
import { openStore, TODAY } from '../support/stores.ts';
import { printTable } from '../support/table.ts';

const BATCH = 1_000;
const BATCHES = 40;
const REPEATS = 7;
const KEYS = Object.keys(eventFields) as (keyof TelemetryEvent)[];
const EVENTS = 'telemetry_events';
const PLAIN = 'events_without_key_and_constraints';

interface Contestant {
  readonly name: string;
  readonly table: string;
  write(batches: readonly TelemetryEvent[][], lines: readonly string[]): Promise<void>;
}

export async function writePostgresql(): Promise<void> {
  const url = await createDatabase();
  const store = await openStore({ databaseUrl: url });
  const client = await connect(url);
  await client.query(`create table ${PLAIN} as select * from ${EVENTS}`);
  const orm = new MikroORM(ormOptions(new PostgresqlDialect(url)));
  await orm.connect();
  const entity = orm.getMetadata().getByClassName('events').class;
  atEnd(() => orm.close(true));

  const copyAll: Contestant = {
    name: 'COPY, all at once, no key, no constraints',
    table: PLAIN,
    write: (_, lines) => copy(client, PLAIN, lines)
  };
  const copyEach: Contestant = {
    name: `COPY by ${BATCH}, no key, no constraints`,
    table: PLAIN,
    write: async (_, lines) => {
      for (const line of lines) await copy(client, PLAIN, [line]);
    }
  };
  const ours: Contestant = {
    name: `ours by ${BATCH}: write()`,
    table: EVENTS,
    write: (batches) => each(batches, (batch) => store.write(batch))
  };
  const insertMany: Contestant = {
    name: `em.insertMany by ${BATCH}`,
    table: EVENTS,
    write: (batches) => each(batches, (batch) => orm.em.fork().insertMany(entity, batch))
  };
  const contestants = [copyAll, copyEach, ours, insertMany];
  const micros = new Samples<Contestant>();
  const cpu = new Samples<Contestant>();
  const measure = async (one: Contestant, repeat: number): Promise<void> => {
    const batches = makeBatches(TODAY, BATCHES, BATCH);
    const lines = batches.map((batch) => batch.map(copyLine).join(''));
    await client.query(`truncate ${one.table}`);
    await client.query('checkpoint');
    collectGarbage();
    const before = process.cpuUsage();
    const ms = await timed(() => one.write(batches, lines));
    const { user, system } = process.cpuUsage(before);
    const { rows } = await client.query<{ count: string }>(`select count(*) as count from ${one.table}`);
    if (Number(rows[0]?.count) !== BATCH * BATCHES) throw new Error(`${one.name}: ${rows[0]?.count} rows arrived`);
    // The first repeat only warms up.
    if (repeat === 0) return;
    micros.add(one, (ms * 1000) / (BATCH * BATCHES));
    cpu.add(one, (user + system) / (BATCH * BATCHES));
  };
  await interleaved(contestants, REPEATS + 1, measure);
  printTable(
    'Writing to PostgreSQL',
    ['', '× COPY at once', '× COPY by 1,000', 'rows/s', "Node's CPU, µs a row"],
    contestants.map((one) => [
      one.name,
      1 / micros.ratio(one, copyAll),
      1 / micros.ratio(one, copyEach),
      1e6 / micros.median(one),
      cpu.median(one)
    ]),
    [
      `Medians of ${REPEATS} interleaved repeats of ${BATCH * BATCHES} rows; ratios of the same repeat. The lines of COPY were made before.`,
      await serverSettings(client)
    ]
  );
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
