import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from '@jest/globals';
import { readSettings } from '../../config/settings.ts';
import { systemClock } from '../../src/events/clock.ts';
import { addDays } from '../../src/events/day.ts';
import { openStore } from '../../src/storage/openStore.ts';
import type { Audit, Store } from '../../src/store/store.ts';
import { inDays, onBothDatabases, postgresqlDatabase, sqliteDatabase, type TestDatabase } from '../support/databases.ts';
import { randomEvents, seededRandom } from '../support/randomEvents.ts';
import { hexOf, uuid } from '../support/seedEvents.ts';

const RETENTION_DAYS = 30;
const today = systemClock().today();
const rolledUp = addDays(today, -4);
const random = seededRandom(3);

/** A database with events of today and of a day that is rolled up, and its store. */
async function filled(database: TestDatabase): Promise<Store> {
  const store = await openStore(readSettings(database.env), { migrate: true, busyTimeoutMs: 5000, saltFingerprint: 'a'.repeat(64) });
  await store.write(randomEvents(seededRandom(1), [today, rolledUp], 100));
  await store.writeLosses([{ dayBucket: today, id: uuid(random), reason: 'refused', count: 3 }]);
  await store.claimNotice({ dayBucket: today, kind: 'digest', name: 'week' });
  await store.rollUp();
  return store;
}

/** What an audit of the database finds after `plant` was run on it. */
async function auditAfter(database: TestDatabase, ...plant: readonly string[]): Promise<Audit> {
  const store = await filled(database);
  try {
    for (const statement of plant) await database.sql(statement);
    return await store.audit(RETENTION_DAYS);
  } finally {
    await store.close();
  }
}

/** Runs statements past every CHECK constraint, as whoever holds the database may. Returns the findings that this itself leaves. */
async function pastTheChecks(database: TestDatabase, statements: readonly string[]): Promise<string[]> {
  if (database.engine === 'SQLite') {
    const file = new DatabaseSync(join(database.env['TELEMETRY_DATA_DIR'] ?? '', 'telemetry.db'));
    file.exec(['pragma ignore_check_constraints = on', ...statements.flatMap((one) => inDays(file, one))].join(';\n'));
    file.close();
    return [];
  }
  const rows = await database.sql(
    "select conrelid::regclass as table, conname as name from pg_constraint where conname like 'telemetry%check'"
  );
  const checks = rows.map(({ table, name }) => ({ table: String(table), name: String(name) }));
  await database.sql(checks.map(({ table, name }) => `alter table ${table} drop constraint ${name}`).join(';'));
  await database.sql(statements.join(';'));
  return checks.map(({ table, name }) => `${table}.${name.slice(table.length + 1, -'_check'.length)} lacks its constraint ${name}`);
}

/** The text of an insert of an event, with what is given instead of a success's own. */
function insertOf(more: Readonly<Record<string, string | number | null>>): string {
  const event = {
    day_bucket: today,
    id: uuid(random),
    event_name: 'discord.generator.preset.success',
    surface: 'discord',
    feature: 'generator',
    action: 'success',
    status: 'ok',
    provider: null,
    guild_hash: hexOf(random, 64),
    duration_ms: 12,
    error_type: null,
    sample_rate: 1,
    ...more
  };
  const literals = Object.values(event).map((value) => (typeof value === 'string' ? `'${value}'` : String(value)));
  return `insert into telemetry_events (${Object.keys(event).join(', ')}) values (${literals.join(', ')})`;
}

const INVOKE = { event_name: 'discord.generator.preset.invoke', action: 'invoke', duration_ms: null };
const FAILURE = { event_name: 'discord.generator.preset.failure', action: 'failure', status: 'error', error_type: 'not_found' };

onBothDatabases((createDatabase) => {
  test('an audit finds nothing in a database that the plugin alone has written to, and says what it checked', async () => {
    const { checked, findings } = await auditAfter(await createDatabase());
    expect(findings).toEqual([]);
    expect(checked.map((line) => line.replace(/:.*, (\d+) rows$/, (_all, rows) => (rows > 0 ? '' : ' is empty')))).toEqual([
      'telemetry_events',
      'telemetry_losses',
      'telemetry_daily_counts',
      'telemetry_daily_durations',
      'telemetry_daily_guilds',
      'telemetry_salts',
      'telemetry_notices',
      'telemetry_opt_outs is empty'
    ]);
  });

  test.each([
    ['a forbidden column', 'alter table telemetry_events add column user_id text', /telemetry_events\w* has a column .*: user_id/],
    ['a timestamp', 'alter table telemetry_losses add column created_at text', /telemetry_losses\w* has a column .*: created_at/],
    [
      'a column of the migrations',
      'alter table telemetry_migrations add column user_id text',
      /telemetry_migrations has a column .*: user_id/
    ],
    ['an index', 'create index by_guild on telemetry_events (guild_hash)', /telemetry_events\w* has an index .*: by_guild/],
    ['a table named like ours', 'create table telemetry_users (id text)', /^The (file|schema) holds .*: telemetry_users$/],
    [
      'a day beyond the retention',
      "update telemetry_events set day_bucket = '2020-01-01'",
      /telemetry_events(?:_\d+_\d)? holds (?:days older than the retention|rows of another day than its own)/
    ],
    [
      'a day to come',
      "update telemetry_events set day_bucket = '2999-01-01'",
      /telemetry_events(?:_\d+_\d)? holds (?:days that have not come yet|rows of another day than its own)/
    ],
    [
      'a table that is gone',
      'drop table telemetry_daily_guilds',
      /telemetry_daily_guilds is (?:missing|not the view that shows all of its days)/
    ]
  ])('an audit names %s', async (_what, plant, finding) => {
    const { findings } = await auditAfter(await createDatabase(), plant);
    expect(findings).not.toEqual([]);
    for (const one of findings) expect(one).toMatch(finding);
  });

  test('an audit names every value that is past the limits of its column, and rows whose columns contradict each other', async () => {
    const database = await createDatabase();
    const store = await filled(database);
    const isSqlite = database.engine === 'SQLite';
    const left = await pastTheChecks(database, [
      insertOf({ duration_ms: 1_764_069_123 }),
      insertOf({ duration_ms: -5 }),
      insertOf({ sample_rate: 1_764_069_123.5 }),
      insertOf({ id: '01979a3e-7d1f-7c55-9b7e-0f7d0a3b9f42' }),
      insertOf({ guild_hash: '811111111111111111' }),
      insertOf({ provider: '811111111111111111' }),
      insertOf({ feature: 'daily' }),
      insertOf({ surface: 'api' }),
      insertOf({ action: 'failure' }),
      insertOf({ ...INVOKE, duration_ms: 7 }),
      insertOf({ ...INVOKE, error_type: 'not_found' }),
      insertOf({ status: 'error' }),
      insertOf({ ...FAILURE, error_type: null }),
      insertOf({ ...FAILURE, status: 'timeout' }),
      insertOf({ ...FAILURE, status: 'denied', error_type: 'permission_denied' }),
      insertOf({ ...FAILURE, error_type: 'no seed for bob' }),
      ...(isSqlite
        ? [
            insertOf({ day_bucket: today.replace(/\d\d$/, '00') }),
            `update telemetry_losses set count = 811111111111111111`,
            `insert into telemetry_losses values ('${today}', '${uuid(random)}', 'bob', 1)`
          ]
        : [`insert into telemetry_losses values ('${today}', '${uuid(random)}', 'bob', 0)`]),
      `insert into telemetry_daily_counts values ('${rolledUp}', 'discord.generator.preset.invoke', '', 'error', '', 1, 1)`,
      `insert into telemetry_daily_counts values ('${rolledUp}', 'discord.generator.preset.hello bob', '', 'ok', '', 1, 1)`,
      `insert into telemetry_daily_durations values ('${rolledUp}', 'discord.generator.preset.invoke', 1, '57:12 201:1')`,
      `insert into telemetry_daily_guilds values ('${rolledUp}', '${'g'.repeat(64)}', 'discord.generator hello bob')`,
      `insert into telemetry_salts values ('${today}', 'bob')`,
      `insert into telemetry_notices values ('${today}', 'bob', 'discord.generator.hello bob', 4)`
    ]);
    const { findings } = await store.audit(RETENTION_DAYS);
    await store.close();
    expect(findings.filter((finding) => !left.includes(finding)).toSorted()).toEqual(
      [
        'telemetry_daily_counts.event_name holds what does not fit it, in 1 row',
        'telemetry_daily_counts.status does not fit the action and the error type, in 1 row',
        'telemetry_daily_durations.buckets holds what does not fit it, in 1 row',
        'telemetry_daily_durations.event_name is that of a stage without a duration, but there is one, in 1 row',
        'telemetry_daily_guilds.features holds what does not fit it, in 1 row',
        'telemetry_daily_guilds.guild_hash holds what does not fit it, in 1 row',
        'telemetry_events.action is not that of the event name, in 1 row',
        ...(isSqlite ? [`telemetry_events_${today.replaceAll('-', '')}_1 holds rows of another day than its own`] : []),
        'telemetry_events.duration_ms holds what does not fit it, in 2 rows',
        'telemetry_events.error_type holds what does not fit it, in 1 row',
        'telemetry_events.event_name is that of a stage without a duration, but there is one, in 1 row',
        'telemetry_events.feature is not that of the event name, in 1 row',
        'telemetry_events.guild_hash holds what does not fit it, in 1 row',
        'telemetry_events.id holds what does not fit it, in 1 row',
        'telemetry_events.provider holds what does not fit it, in 1 row',
        'telemetry_events.sample_rate holds what does not fit it, in 1 row',
        'telemetry_events.status does not fit the action and the error type, in 4 rows',
        'telemetry_events.surface is not that of the event name, in 1 row',
        'telemetry_losses.count holds what does not fit it, in 1 row',
        'telemetry_losses.reason holds what does not fit it, in 1 row',
        'telemetry_notices.claim holds what does not fit it, in 1 row',
        'telemetry_notices.kind holds what does not fit it, in 1 row',
        'telemetry_notices.name holds what does not fit it, in 1 row',
        'telemetry_salts.fingerprint holds what does not fit it, in 1 row'
      ].toSorted()
    );
    expect(findings.join()).not.toMatch(/8111|1764|bob|ggg/);
  });
});

test('an audit names all that hangs on a table of SQLite or stands beside it', async () => {
  const guilds = `telemetry_daily_guilds_${rolledUp.replaceAll('-', '')}_1`;
  const events = `telemetry_events_${today.replaceAll('-', '')}_1`;
  const { findings } = await auditAfter(
    await sqliteDatabase(),
    `create trigger with_time after insert on telemetry_events begin insert into notes values (new.id, datetime()); end`,
    'create table notes (id, at)',
    'create view by_day as select day_bucket from telemetry_events',
    `drop table ${guilds}`,
    `create table ${guilds} (day_bucket text not null, guild_hash text not null, features text not null default 'api.seeds',
      primary key (day_bucket, guild_hash))`,
    `insert into telemetry_events_template select * from ${events}`,
    'drop view telemetry_salts',
    'create table telemetry_events_20261399_x (id text)'
  );
  expect(findings.toSorted()).toEqual(
    [
      "The file holds a table that is not telemetry's: notes",
      "The file holds a table that is not telemetry's: telemetry_events_20261399_x",
      "The file holds a view that is not telemetry's: by_day",
      ...['day_bucket', 'features', 'guild_hash'].map(
        (column) => `${guilds}.${column} lacks its constraint telemetry_daily_guilds_${column}_check`
      ),
      `${guilds} has a rowid, which keeps the order of its rows: it must be made WITHOUT ROWID`,
      `${guilds} takes values of any type: it must be made STRICT`,
      `${guilds}.features is filled by the database itself, by a default or an expression`,
      `${events} has a trigger that nobody asked for: with_time`,
      'telemetry_events_template holds rows of another day than its own',
      'telemetry_salts is not the view that shows all of its days'
    ].toSorted()
  );
});

test('an audit names a table of events of SQLite that was made anew with a rowid, and what only its definition shows', async () => {
  const database = await sqliteDatabase();
  const store = await filled(database);
  const events = `telemetry_events_${today.replaceAll('-', '')}_1`;
  const [table] = await database.sql(`select sql from sqlite_master where name = '${events}'`);
  const definition = String(table?.['sql']);
  const remade = async (text: string): Promise<readonly string[]> => {
    await database.sql(`drop table ${events}`);
    await database.sql(text);
    return (await store.audit(RETENTION_DAYS)).findings;
  };
  expect(await remade(definition)).toEqual([]);
  expect(await remade(definition.replace(', without rowid', ''))).toEqual([expect.stringContaining('has a rowid')]);
  expect(await remade(definition.replace('provider text null', 'provider text null collate nocase'))).toEqual([
    `${events} is defined in other words than its migration's`
  ]);
  await store.close();
});

test('an audit names all that hangs on a table of PostgreSQL or stands beside it', async () => {
  const { findings } = await auditAfter(
    await postgresqlDatabase(),
    `create table public.telemetry_child () inherits (telemetry_losses);
    create table reads_us (day date, id uuid, foreign key (day, id) references telemetry_losses);
    create function with_time() returns trigger language plpgsql as 'begin return new; end';
    create trigger copies after insert on telemetry_events execute function with_time();
    create function of_guild(text) returns bigint language sql as 'select count(*) from telemetry_events where guild_hash = $1';
    create function newest() returns date language sql begin atomic select max(day_bucket) from telemetry_events; end;
    create rule counts as on insert to telemetry_salts do also select 1;
    create view by_day as select day_bucket from telemetry_events;
    create materialized view telemetry_copy as select guild_hash from telemetry_daily_guilds;
    create policy own on telemetry_events using (true);
    alter table telemetry_events enable row level security;
    create statistics pairs on features, guild_hash from telemetry_daily_guilds;
    create publication elsewhere for table telemetry_events;
    comment on table telemetry_events is 'bob';
    comment on column telemetry_events.provider is 'bob';
    alter table telemetry_daily_counts set unlogged;
    alter table telemetry_daily_counts alter column provider set default 'bob', alter column error_type type text collate "C",
      add constraint more check (count < 5000);
    create unique index once on telemetry_salts (day_bucket)`
  );
  expect(findings).not.toEqual(expect.arrayContaining([expect.stringContaining('bob')]));
  expect(findings.toSorted()).toEqual(
    [
      "The schema holds what is named like telemetry's tables, but is none: telemetry_child",
      "The schema holds what is named like telemetry's tables, but is none: telemetry_copy",
      'telemetry_daily_counts has a constraint that nobody asked for: more',
      'telemetry_daily_counts is not logged: a crash empties it',
      'telemetry_daily_counts.error_type is of type text collate "C" instead of text',
      'telemetry_daily_counts.provider is filled by the database itself, by a default or an expression',
      "telemetry_daily_counts: its rows can't be checked before its columns are right",
      'telemetry_daily_guilds has statistics that nobody asked for: pairs',
      'telemetry_daily_guilds is read by a view or a rule: public.telemetry_copy',
      'telemetry_events has a comment',
      'telemetry_events has a comment on its column provider',
      'telemetry_events has a policy that nobody asked for: own',
      'telemetry_events has a trigger that nobody asked for: copies',
      'telemetry_events hides rows from some roles: row level security is on',
      'telemetry_events is named in a function: public.of_guild(text)',
      'telemetry_events is published to other servers: elsewhere',
      'telemetry_events is read by a function: public.newest()',
      'telemetry_events is read by a view or a rule: public.by_day',
      'telemetry_losses is referred to by another table: public.reads_us',
      'telemetry_losses shares its rows with another table: public.telemetry_child',
      'telemetry_salts has a rule that nobody asked for: counts',
      'telemetry_salts has an index that nobody asked for: once'
    ].toSorted()
  );
});
