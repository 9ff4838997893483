import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { eventFields } from '../src/schema/eventFields.ts';
import { migrationsTable, tables } from '../src/schema/dictionary.ts';
import { isValidEvent } from '../src/schema/validEvent.ts';
import type { Field, Table } from '../src/schema/field.ts';
import { Names } from '../src/events/names.ts';
import { privacyPolicy } from '../src/schema/privacyPolicy.ts';
import { onBothDatabases, sqliteDatabase, type Row, type TestDatabase } from './support/databases.ts';
import { seededRandom } from './support/randomEvents.ts';
import { anEvent, openTestStore } from './support/seedEvents.ts';

/** What each type of the dictionary is to be in a database. */
const COLUMN_TYPES = {
  SQLite: { day: 'TEXT', uuid: 'TEXT', text: 'TEXT', integer: 'INTEGER', real: 'REAL' },
  PostgreSQL: { day: 'date', uuid: 'uuid', text: 'text', integer: 'integer', real: 'double precision' }
} as const;

interface LiveTable {
  readonly columns: readonly { readonly name: string; readonly type: string; readonly nullable: boolean }[];
  readonly primaryKey: readonly string[];
  /** Those besides the one of the primary key. */
  readonly indexes: readonly string[];
}

async function liveTable({ engine, sql }: TestDatabase, table: string): Promise<LiveTable> {
  if (engine === 'SQLite') {
    const columns = await sql(`select * from pragma_table_xinfo('${table}') order by cid`);
    const indexes = await sql(`select name from pragma_index_list('${table}') where origin <> 'pk'`);
    return {
      columns: columns.map(({ name, type, notnull }) => ({ name: String(name), type: String(type), nullable: notnull === 0 })),
      primaryKey: columns
        .filter(({ pk }) => Number(pk) > 0)
        .toSorted((a, b) => Number(a['pk']) - Number(b['pk']))
        .map(({ name }) => String(name)),
      indexes: indexes.map(({ name }) => String(name))
    };
  }
  const columns = await sql(
    `select column_name as name, data_type as type, is_nullable = 'YES' as nullable from information_schema.columns
      where table_schema = 'public' and table_name = '${table}' order by ordinal_position`
  );
  const key = await sql(
    `select a.attname as name from pg_index i cross join lateral unnest(i.indkey) with ordinality as k (attnum, place)
      join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
      where i.indrelid = '${table}'::regclass and i.indisprimary order by k.place`
  );
  const indexes = await sql(
    `select indexrelid::regclass::text as name from pg_index where indrelid = '${table}'::regclass and not indisprimary`
  );
  return {
    columns: columns.map(({ name, type, nullable }) => ({ name: String(name), type: String(type), nullable: nullable === true })),
    primaryKey: key.map(({ name }) => String(name)),
    indexes: indexes.map(({ name }) => String(name))
  };
}

async function tableNames({ engine, sql }: TestDatabase): Promise<string[]> {
  const rows = await sql(
    engine === 'SQLite'
      ? "select name from sqlite_master where type in ('table', 'view') and name not like 'sqlite!_%' escape '!' order by name"
      : "select table_name as name from information_schema.tables where table_schema not in ('pg_catalog', 'information_schema') order by 1"
  );
  return rows.map(({ name }) => String(name));
}

type Value = string | number | null;

/** The text of a statement that inserts these values. */
function insertOf(table: string, row: Readonly<Record<string, Value>>): string {
  const literal = (value: Value): string => (typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value));
  return `insert into ${table} (${Object.keys(row).join(', ')}) values (${Object.values(row).map(literal).join(', ')})`;
}

/** A row that every constraint lets through, by column. */
const ROWS: Readonly<Record<string, Readonly<Record<string, Value>>>> = {
  telemetry_events: {
    day_bucket: '2026-02-12',
    id: 'c0a8012e-7d1f-4c55-9b7e-0f7d0a3b9f42',
    event_name: 'discord.generator.preset.invoke',
    surface: 'discord',
    feature: 'generator',
    action: 'invoke',
    status: 'ok',
    provider: null,
    guild_hash: null,
    duration_ms: null,
    error_type: null,
    sample_rate: 1
  },
  telemetry_daily_counts: {
    day_bucket: '2026-02-12',
    event_name: 'discord.generator.preset.invoke',
    provider: '',
    status: 'ok',
    error_type: '',
    sample_rate: 1,
    count: 1
  },
  telemetry_daily_durations: {
    day_bucket: '2026-02-12',
    event_name: 'discord.generator.preset.success',
    sample_rate: 1,
    bucket: 57,
    count: 1
  },
  telemetry_daily_guilds: { day_bucket: '2026-02-12', surface: 'discord', guild_hash: 'a'.repeat(64) },
  telemetry_salts: { day_bucket: '2026-02-12', fingerprint: 'a'.repeat(64) },
  telemetry_losses: { day_bucket: '2026-02-12', id: 'c0a8012e-7d1f-4c55-9b7e-0f7d0a3b9f42', reason: 'refused', count: 1 }
};

/** Values that a column must not take, and the outermost that it must. */
function valuesOf({ type, nullable, maxLength = 0, values, range }: Field): { wrong: Value[]; right: Value[] } {
  const wrong: Value[] = nullable ? [] : [null];
  const right: Value[] = nullable ? [null] : [];
  if (type === 'day') return { wrong: [...wrong, '', 'some day', '2026-02-30 and more'], right: ['0001-01-01', '2026-02-12'] };
  if (type === 'uuid') return { wrong: [...wrong, '', '1', '0'.repeat(37), 'not-a-uuid'], right: ['c0a8012e-7d1f-4c55-9b7e-0f7d0a3b9f43'] };
  if (values !== undefined) {
    return { wrong: [...wrong, '', 'nonsense', `${values[0]} `, String(values[0]).toUpperCase()], right: [...values] };
  }
  if (type === 'text') return { wrong: [...wrong, 'x'.repeat(maxLength + 1)], right: [...right, 'ж'.repeat(maxLength)] };
  const [min, max] = range ?? [0, 0];
  if (type === 'real') return { wrong: [...wrong, min, min - 0.001, max + 0.001, 'much'], right: [...right, min + 0.001, max] };
  return { wrong: [...wrong, min - 1, max + 1, 'many'], right: [...right, min, max] };
}

onBothDatabases((createDatabase) => {
  test('the live tables are those of the data dictionary, column for column, keyed in its order, with no other index', async () => {
    const database = await createDatabase();
    await openTestStore(database);
    expect([tables.events.key, tables.losses.key]).toEqual([
      ['dayBucket', 'id'],
      ['dayBucket', 'id']
    ]);
    expect(await tableNames(database)).toEqual([...Object.values(tables).map(({ name }) => name), migrationsTable.name].toSorted());
    for (const { name, fields, key } of Object.values<Table>(tables)) {
      expect(await liveTable(database, name)).toEqual({
        columns: Object.values(fields).map(({ column, type, nullable }) => ({
          name: column,
          type: COLUMN_TYPES[database.engine][type],
          nullable
        })),
        primaryKey: key.map((property) => fields[property]?.column),
        indexes: []
      });
    }
  });

  test('the database itself refuses a value that the dictionary does not allow, and takes the outermost that it does', async () => {
    const database = await createDatabase();
    await openTestStore(database);
    for (const { name: table, fields } of Object.values<Table>(tables)) {
      const row = ROWS[table] ?? {};
      expect(Object.keys(row)).toEqual(Object.values(fields).map(({ column }) => column));
      for (const field of Object.values(fields)) {
        const { wrong, right } = valuesOf(field);
        const attempt = async (value: Value): Promise<string> => {
          const outcome = database.sql(insertOf(table, { ...row, [field.column]: value })).then(
            () => 'taken',
            (error: unknown) => `refused: ${String(error)}`
          );
          const text = await outcome;
          await database.sql(`delete from ${table}`);
          return text;
        };
        for (const value of wrong) {
          const text = await attempt(value);
          expect({ column: field.column, value, text }).toEqual({ column: field.column, value, text: expect.stringMatching(REFUSALS) });
        }
        for (const value of right) expect({ column: field.column, value, text: await attempt(value) }).toMatchObject({ text: 'taken' });
      }
    }
  });

  test('no row can be stored twice under its key', async () => {
    const database = await createDatabase();
    await openTestStore(database);
    for (const [table, row] of Object.entries(ROWS)) {
      await database.sql(insertOf(table, row));
      await expect(database.sql(insertOf(table, row))).rejects.toThrow(/unique/i);
    }
  });
});

test('an SQLite table has no rowid, which would keep the order in which rows came', async () => {
  const database = await sqliteDatabase();
  await openTestStore(database);
  for (const { name } of Object.values(tables)) {
    await expect(database.sql(`select rowid from ${name}`)).rejects.toThrow('no such column: rowid');
  }
});

/** A constraint, or a type that can't hold it: not a mistake in the statement. */
const REFUSALS = /^refused: .*(constraint|cannot store|invalid input syntax|out of range)/;

test('a name that code may give to a piece of work fits into an event, whatever its letters', () => {
  const random = seededRandom(10);
  for (const letter of ['x', 'ж', '𐐀', '漢']) {
    for (const surface of ['discord', 'racetime', 'api'] as const) {
      const names = new Names();
      const name = letter.repeat(64);
      const operation = names.operation({ surface, feature: name, operation: name });
      const fits = (['invoke', 'success', 'failure'] as const).map((action) =>
        isValidEvent(
          anEvent(random, {
            surface,
            action,
            feature: operation.feature,
            eventName: operation.eventName[action],
            provider: names.provider(name),
            errorType: null
          })
        )
      );
      expect({ letter, surface, fits }).toEqual({ letter, surface, fits: [true, true, true] });
    }
  }
});

test('the event schema takes the fields of the dictionary within their limits, and no other field', () => {
  const random = seededRandom(11);
  const event = anEvent(random, { provider: 'sm.samus.link', guildHash: 'a'.repeat(64), errorType: 'provider_timeout' });
  expect(isValidEvent(event)).toBe(true);
  expect(Object.keys(event)).toEqual(Object.keys(eventFields));
  const wrong: Row[] = [
    { userId: '123456789012345678' },
    { dayBucket: '2026-02-12T10:20:30Z' },
    { id: '00000000-0000-1000-8000-000000000000' },
    { eventName: 'discord.generator.preset' },
    { eventName: 'discord.generator.pre.set.invoke' },
    { eventName: 'discord.generator.of 123456789012345678.invoke' },
    { eventName: 'discord.generator.x123456789012345.invoke' },
    { surface: 'slack' },
    { feature: 'a.b' },
    { feature: '<@1>' },
    { feature: '' },
    { feature: '١٢٣٤٥٦٧٨٩٠١٢٣٤٥' },
    { action: 'start' },
    { status: 'fine' },
    { provider: 'https://alttpr.com/?q=x' },
    { provider: '.' },
    { guildHash: '123456789012345678' },
    { guildHash: 'A'.repeat(64) },
    { durationMs: -1 },
    { durationMs: 1.5 },
    { durationMs: 86_400_001 },
    { durationMs: Number.NaN },
    { errorType: 'TypeError: x is not a function' },
    { sampleRate: 0 },
    { sampleRate: 1.1 },
    { sampleRate: '1' },
    { feature: undefined }
  ];
  for (const more of wrong) expect({ more, valid: isValidEvent({ ...event, ...more }) }).toEqual({ more, valid: false });
});

test('the privacy policy names every table and column with its purpose, and is what docs/privacy.md holds', async () => {
  const policy = privacyPolicy();
  for (const { column, purpose } of Object.values<Table>(tables).flatMap(({ fields }) => Object.values(fields)))
    expect(policy).toContain(`| \`${column}\` | ${purpose} |`);
  for (const { name, purpose } of [...Object.values(tables), migrationsTable]) {
    expect(policy).toContain(name);
    expect(policy).toContain(purpose);
  }
  expect(await readFile(new URL('../docs/privacy.md', import.meta.url), 'utf8')).toBe(policy);
});
