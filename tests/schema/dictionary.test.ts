import { expect, test } from '@jest/globals';
import { allTables, migrationsTable, tables, optOutTable } from '../../src/schema/dictionary.ts';
import type { Field, Table } from '../../src/schema/field.ts';
import { onBothDatabases, sqliteDatabase, type TestDatabase } from '../support/databases.ts';
import { seededRandom } from '../support/randomEvents.ts';
import { anEvent, openTestStore } from '../support/seedEvents.ts';
import { COLUMN_TYPES, liveTable, tableNames } from './liveTables.ts';

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
    buckets: '57:12 58:3'
  },
  telemetry_daily_guilds: { day_bucket: '2026-02-12', guild_hash: 'a'.repeat(64), features: 'discord.generator' },
  telemetry_notices: { day_bucket: '2026-02-12', kind: 'alert', name: 'discord.generator.preset', claim: 1 },
  telemetry_opt_outs: { guild_hash: 'a'.repeat(64), fingerprint: 'b'.repeat(64) },
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

/** The table that a migration makes: in SQLite the one that the table of each day is made like. */
const made = ({ engine }: TestDatabase, table: string): string =>
  engine === 'SQLite' && table !== optOutTable.name ? `${table}_template` : table;

/** A constraint, or a type that can't hold it: not a mistake in the statement. */
const REFUSALS = /^refused: .*(constraint|cannot store|invalid input syntax|out of range)/;

onBothDatabases((createDatabase) => {
  test('the live tables are those of the data dictionary, column for column, keyed in its order, with no other index', async () => {
    const database = await createDatabase();
    await openTestStore(database);
    expect([tables.events.key, tables.losses.key]).toEqual([
      ['dayBucket', 'id'],
      ['dayBucket', 'id']
    ]);
    const names = Object.values(allTables).map(({ name }) => name);
    expect(await tableNames(database)).toEqual(
      [...new Set([...names, ...names.map((name) => made(database, name)), migrationsTable.name])].toSorted()
    );
    for (const { name, fields, key } of Object.values<Table>(allTables)) {
      expect(await liveTable(database, made(database, name))).toEqual({
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
    for (const { name: table, fields } of Object.values<Table>(allTables)) {
      const row = ROWS[table] ?? {};
      expect(Object.keys(row)).toEqual(Object.values(fields).map(({ column }) => column));
      for (const field of Object.values(fields)) {
        const { wrong, right } = valuesOf(field);
        const attempt = async (value: Value): Promise<string> => {
          const text = await database.sql(insertOf(made(database, table), { ...row, [field.column]: value })).then(
            () => 'taken',
            (error: unknown) => `refused: ${String(error)}`
          );
          await database.sql(`delete from ${made(database, table)}`);
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
      await database.sql(insertOf(made(database, table), row));
      await expect(database.sql(insertOf(made(database, table), row))).rejects.toThrow(/unique/i);
    }
  });
});

test('an SQLite table has no rowid, which would keep the order in which rows came', async () => {
  const database = await sqliteDatabase();
  const store = await openTestStore(database, '2026-03-03', 'a'.repeat(64));
  await store.write([anEvent(seededRandom(1), { dayBucket: '2026-02-12', guildHash: 'a'.repeat(64) })]);
  await store.writeLosses([{ dayBucket: '2026-02-12', id: 'c0a8012e-7d1f-4c55-9b7e-0f7d0a3b9f42', reason: 'refused', count: 1 }]);
  await store.claimNotice({ dayBucket: '2026-02-12', kind: 'digest', name: 'week' });
  await store.rollUp();
  const ours = await database.sql("select name from sqlite_master where type = 'table' and name glob 'telemetry_*[0-9e]'");
  expect(ours.filter(({ name }) => !String(name).endsWith('_template'))).toHaveLength(7);
  for (const { name } of ours) await expect(database.sql(`select rowid from ${String(name)}`)).rejects.toThrow('no such column: rowid');
});
