import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect } from '@jest/globals';
import { parseEventName } from '../../src/schema/eventName.ts';
import { atSuiteEnd, createDatabase } from './postgresSuite.ts';
import { runSql } from './postgresSql.ts';

/** A row as the database itself shows it. */
export type Row = Record<string, unknown>;

/** A database that one test writes to and reads back. */
export interface TestDatabase {
  readonly engine: 'PostgreSQL' | 'SQLite';
  /** The variables that make a bot or the CLI use it. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs SQL on a connection of its own. */
  sql(statement: string): Promise<Row[]>;
}

/** A folder that is gone when the test file ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'telemetry-test-'));
  // A process that just ended may still have written to it.
  atSuiteEnd(() => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }));
  return folder;
}

export async function sqliteDatabase(given?: string): Promise<TestDatabase & { readonly file: string }> {
  const folder = given ?? (await temporaryFolder());
  const file = join(folder, 'telemetry.db');
  return {
    engine: 'SQLite',
    file,
    env: { TELEMETRY_DATA_DIR: folder },
    sql: async (statement) => {
      const database = new DatabaseSync(file, { timeout: 5000 });
      try {
        return inDays(database, statement).flatMap((one) => database.prepare(one).all());
      } finally {
        database.close();
      }
    }
  };
}

const CHANGE =
  /^((?:update|delete from|insert into|alter table|drop table|create index \w+ on|create trigger \w+ (?:before|after) insert on) )(telemetry_(?:daily_)?[a-z]+)\b(?!_)/;

/**
 * In SQLite a table is a view of the tables of its days: what changes rows is done to each of these, and what adds rows, or changes the table
 * itself, to that of the newest day.
 */
export function inDays(database: DatabaseSync, statement: string): string[] {
  const [, words = '', table] = CHANGE.exec(statement) ?? [];
  if (table === undefined || table === 'telemetry_migrations') return [statement];
  const days = database.prepare(`select name from sqlite_master where type = 'table' and name glob '${table}_[0-9]*' order by name`).all();
  const changed = /^(?:update|delete)/.test(words) ? days : days.slice(-1);
  return changed.map(({ name }) => statement.replace(`${words}${table}`, `${words}${String(name)}`));
}

export async function postgresqlDatabase(): Promise<TestDatabase> {
  const url = await createDatabase();
  const env = { TELEMETRY_DATABASE_URL: url, TELEMETRY_DATA_DIR: await temporaryFolder() };
  return { engine: 'PostgreSQL', env, sql: (statement) => runSql(url, statement) };
}

/** Declares the same tests for both engines; `create` makes a fresh database. */
export function onBothDatabases(declare: (create: () => Promise<TestDatabase>) => void): void {
  describe.each([
    { engine: 'SQLite', create: (): Promise<TestDatabase> => sqliteDatabase() },
    { engine: 'PostgreSQL', create: postgresqlDatabase }
  ])('on $engine', ({ create }) => {
    declare(create);
  });
}

/** The events that are stored, without their ids, in the order of their names. */
export async function storedEvents(database: TestDatabase): Promise<Row[]> {
  const rows = await database.sql('select * from telemetry_events order by event_name, status, error_type, id');
  return rows.map(({ id: _id, day_bucket: day, ...row }) => ({ day_bucket: day instanceof Date ? localDay(day) : day, ...row }));
}

/** How often each event is stored, as `{ 'discord.generator.preset.invoke': 2 }`. */
export async function countEvents(database: TestDatabase): Promise<Record<string, number>> {
  const rows = await database.sql('select event_name, count(*) as count from telemetry_events group by event_name order by event_name');
  return Object.fromEntries(rows.map(({ event_name: name, count }) => [String(name), Number(count)]));
}

/** What became of the runs of an operation. */
export interface Outcomes {
  readonly runs: number;
  readonly ok: number;
  readonly failed: number;
}

/** What became of the runs of each operation, as `{ 'discord.generator.preset': { runs: 2, ok: 1, failed: 1 } }`. */
export async function outcomes(database: TestDatabase): Promise<Record<string, Outcomes>> {
  const found: Record<string, { runs: number; ok: number; failed: number }> = {};
  for (const [event, count] of Object.entries(await countEvents(database))) {
    const { operationName, action } = parseEventName(event);
    const one = (found[operationName] ??= { runs: 0, ok: 0, failed: 0 });
    one[action === 'invoke' ? 'runs' : action === 'success' ? 'ok' : 'failed'] += count;
  }
  return found;
}

/** Every way in which a run can end: the statuses. */
export const EVERY_END = ['denied', 'error', 'ok', 'timeout'];

/** The statuses with which runs of an event have ended, such as `discord.generator.preset`. Each run that began must have ended once. */
export async function endsOf(database: TestDatabase, event: string): Promise<string[]> {
  const rows = (await storedEvents(database)).filter(({ event_name: name }) => String(name).replace(/\.\w+$/, '') === event);
  const ends = rows.filter(({ action }) => action !== 'invoke');
  expect({ event, invokes: rows.length - ends.length }).toEqual({ event, invokes: ends.length });
  return [...new Set(ends.map(({ status }) => String(status)))].toSorted();
}

/** The pg driver gives a date as local midnight. */
function localDay(date: Date): string {
  return [date.getFullYear(), String(date.getMonth() + 1).padStart(2, '0'), String(date.getDate()).padStart(2, '0')].join('-');
}
