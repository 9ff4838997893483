import { createRequire } from 'node:module';
import { randomBytes } from 'node:crypto';
import { beforeAll, expect, test } from '@jest/globals';
import { addDays } from '../../src/events/day.ts';
import { postgresqlDatabase, sqliteDatabase, type TestDatabase } from '../support/databases.ts';
import { everyAnswer, EVENTS, OLDEST, TODAY } from '../support/everyAnswer.ts';
import { databaseAt } from '../support/postgresDatabase.ts';
import { atSuiteEnd } from '../support/postgresSuite.ts';
import { seededRandom } from '../support/randomEvents.ts';
import { anEvent, openTestStore, throughDay, writeEvents } from '../support/seedEvents.ts';

/** Each of these changes an answer, or what is stored, or ends the work, where it is let through. */
const HARMFUL: Readonly<Record<string, string>> = {
  datestyle: "'SQL, MDY'",
  extra_float_digits: '-15',
  search_path: 'evil, pg_catalog, public',
  array_nulls: 'off',
  quote_all_identifiers: 'on',
  client_encoding: 'LATIN1',
  default_transaction_read_only: 'on'
};

/** These do not, as yet, or only to what takes long: `tests/faults/network.test.ts`. */
const OTHERS: Readonly<Record<string, string>> = {
  statement_timeout: '5000',
  lock_timeout: '5000',
  default_transaction_isolation: 'serializable',
  default_transaction_deferrable: 'on',
  idle_in_transaction_session_timeout: '1000',
  timezone: "'Pacific/Kiritimati'",
  intervalstyle: 'sql_standard',
  bytea_output: 'escape',
  standard_conforming_strings: 'off',
  backslash_quote: 'off',
  transform_null_equals: 'on',
  synchronous_commit: 'off',
  lc_messages: "'C'",
  lc_numeric: "'C'",
  client_min_messages: 'debug1',
  plan_cache_mode: 'force_generic_plan',
  enable_indexscan: 'off'
};

const ALL = Object.entries({ ...HARMFUL, ...OTHERS });

/** A table and functions that would be taken for others, where the search path is followed. */
const EVIL = `create schema evil; create table evil.telemetry_events (day_bucket date);
  create function evil.length(text) returns integer language sql as 'select 99999';
  create function evil.format(text, text, text) returns text language sql as $$ select 'nowhere' $$`;

async function hostileDatabase(): Promise<TestDatabase & { readonly name: string }> {
  const database = await postgresqlDatabase();
  await database.sql(EVIL);
  return { ...database, name: new URL(database.env['TELEMETRY_DATABASE_URL'] ?? '').pathname.slice(1) };
}

let plain: unknown;

beforeAll(async () => {
  const database = await postgresqlDatabase();
  plain = await everyAnswer(database, database);
});

test('on a plain server the audit finds nothing, and there is something to compare', () => {
  expect(plain).toMatchObject({ answers: expect.arrayContaining([{ checked: expect.anything(), findings: [] }]) });
  expect(plain).toMatchObject({ rows: { telemetry_events: expect.anything() } });
});

test.each([
  ...Object.entries(HARMFUL).map(([setting, value]) => ({ title: setting, settings: { [setting]: value } })),
  { title: 'what else there is', settings: OTHERS }
])('a database with its own $title answers as a plain one', async ({ settings }) => {
  const database = await hostileDatabase();
  for (const [setting, value] of Object.entries(settings)) await database.sql(`alter database ${database.name} set ${setting} = ${value}`);
  expect(await everyAnswer(database, database)).toEqual(plain);
});

test('a role with all of them, which owns its database, gets the same answers', async () => {
  const database = await hostileDatabase();
  const [role, password] = [`hostile_${randomBytes(6).toString('hex')}`, randomBytes(12).toString('hex')];
  const { sql } = await databaseAt(Object.assign(new URL(database.env['TELEMETRY_DATABASE_URL'] ?? ''), { pathname: '/postgres' }).href);
  await database.sql(`create role ${role} login password '${password}'; alter database ${database.name} owner to ${role};
    alter schema public owner to ${role}; grant usage on schema evil to ${role}`);
  atSuiteEnd(async () => void (await sql(`drop role ${role}`)));
  atSuiteEnd(async () => void (await database.sql(`reassign owned by ${role} to postgres; drop owned by ${role}`)));
  for (const [setting, value] of ALL) await sql(`alter role ${role} set ${setting} = ${value}`);
  const url = Object.assign(new URL(database.env['TELEMETRY_DATABASE_URL'] ?? ''), { username: role, password });
  expect(await everyAnswer(await databaseAt(url.href), database)).toEqual(plain);
});

/** The `pg` that the bot shares with the plugin. */
const pg = createRequire(import.meta.url)('pg') as {
  defaults: Record<string, unknown>;
  types: { setTypeParser(id: number, parse: (text: string) => unknown): void; getTypeParser(id: number): (text: string) => unknown };
};
const TYPES = [16, 20, 21, 23, 25, 701, 1082, 1184, 114];

test('what the bot sets for clients of its own, in the environment or in the driver, changes nothing', async () => {
  const database = await hostileDatabase();
  const [before, parsers] = [{ ...pg.defaults }, TYPES.map((id) => pg.types.getTypeParser(id))];
  process.env['PGOPTIONS'] = ALL.map(([name, value]) => `-c ${name}=${value.replaceAll(/['\s]/g, '')}`).join(' ');
  process.env['PGSSLMODE'] = 'require';
  Object.assign(pg.defaults, { binary: true, query_timeout: 1, ssl: true, options: '-c datestyle=German', client_encoding: 'latin1' });
  for (const id of TYPES) pg.types.setTypeParser(id, () => 'hostile');
  try {
    const store = await openTestStore(database, TODAY);
    await writeEvents(store, EVENTS);
    expect(await store.totals()).toEqual({ events: EVENTS.length, oldestDay: OLDEST, newestDay: addDays(TODAY, 1) });
    const { counts } = await store.usage({ spans: [{ from: OLDEST, to: addDays(TODAY, 1) }] });
    expect([...counts].reduce((sum, { count }) => sum + count, 0)).toBe(EVENTS.length);
    expect((await store.audit(60)).findings).toEqual([]);
  } finally {
    delete process.env['PGOPTIONS'];
    delete process.env['PGSSLMODE'];
    Object.assign(pg.defaults, before);
    for (const [index, id] of TYPES.entries()) pg.types.setTypeParser(id, parsers[index] as never);
  }
});

test('a purge deletes nothing of a table in which it reads a day that is none', async () => {
  const database = await postgresqlDatabase();
  const store = await openTestStore(database, TODAY);
  await writeEvents(store, [anEvent(seededRandom(4), { dayBucket: '2020-01-01' }), anEvent(seededRandom(5), { dayBucket: TODAY })]);
  await database.sql(`update telemetry_events set day_bucket = '2020-01-01 BC' where day_bucket = '2020-01-01'`);
  for (const days of [throughDay(TODAY), undefined]) await expect(store.purge(days)).rejects.toThrow('a day in the database is none');
  expect(await database.sql('select 1 from telemetry_events')).toHaveLength(2);
});

test('on SQLite, where the day is in the name of a table, a purge leaves one alone whose name says no day', async () => {
  const database = await sqliteDatabase();
  const store = await openTestStore(database, TODAY);
  await writeEvents(store, [anEvent(seededRandom(4), { dayBucket: '2020-01-01' }), anEvent(seededRandom(5), { dayBucket: TODAY })]);
  await database.sql('alter table telemetry_events_20200101_1 rename to telemetry_events_20201301_1');
  await store.purge();
  expect(await database.sql('select day_bucket from telemetry_events_20201301_1')).toEqual([{ day_bucket: '2020-01-01' }]);
});
