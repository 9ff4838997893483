import type { SqlEntityManager } from '@mikro-orm/sql';
import { sql, type RawBuilder } from 'kysely';
import type { Table } from '../../schema/field.ts';
import type { LiveTable } from '../dialect.ts';
import { checkOf, type ColumnTypes } from '../entities.ts';
import { run } from '../queries/tables.ts';
import { dayOf } from './dayTables.ts';

/** What SQLite itself says of a table; `undefined` when there is none. */
export async function describeTable(em: SqlEntityManager, table: string): Promise<LiveTable | undefined> {
  const [definition] = await run<{ sql: string; wr: number; strict: number }>(
    em,
    sql`select m.sql, l.wr, l.strict from sqlite_master m join pragma_table_list l on l.schema = 'main' and l.name = m.name
      where m.type = 'table' and m.name = ${table}`
  );
  if (definition === undefined) return undefined;
  const columns = await run<{ name: string; type: string; notnull: number; pk: number; fillsItself: number }>(
    em,
    sql`select name, lower(type) as type, "notnull", pk, (dflt_value is not null or hidden <> 0) as "fillsItself"
      from pragma_table_xinfo(${table}) order by cid`
  );
  const attached = await run<{ type: string; name: string }>(
    em,
    sql`select type, name from sqlite_master where type in ('index', 'trigger') and tbl_name = ${table} and sql is not null order by name`
  );
  const strayRows = await strayRowsOf(
    em,
    table,
    columns.some(({ name }) => name === 'day_bucket')
  );
  const checks = [...definition.sql.matchAll(/constraint (\w+) check \((.*)\),?$/gm)];
  return {
    columns: columns.map(({ name, type, notnull, fillsItself }) => ({
      name,
      type,
      nullable: notnull === 0,
      fillsItself: fillsItself === 1
    })),
    key: columns
      .filter(({ pk }) => pk > 0)
      .toSorted((a, b) => a.pk - b.pk)
      .map(({ name }) => name),
    checks: new Map(checks.map(([, name = '', expression = '']) => [name, expression])),
    oddities: [
      ...attached.map(({ type, name }) => `has ${type === 'index' ? 'an index' : 'a trigger'} that nobody asked for: ${name}`),
      ...(strayRows ? ['holds rows of another day than its own'] : [])
    ],
    keepsOrder: definition.wr === 0,
    isStrict: definition.strict === 1,
    definition: definition.sql
  };
}

/** Whether any row is in the table of another day, or in a template. */
async function strayRowsOf(em: SqlEntityManager, table: string, hasDays: boolean): Promise<boolean> {
  if (!hasDays) return false;
  const day = dayOf(table) ?? '';
  return (await run(em, sql`select 1 from ${sql.table(table)} where day_bucket < ${day} or day_bucket > ${day} limit 1`)).length > 0;
}

/** The words in which a migration makes a table. SQLite keeps them, with all that no pragma tells: collations, generated columns, comments. */
export function definitionOf({ name, key, fields }: Table, liveName: string, columnTypes: ColumnTypes): string {
  const all = Object.values(fields);
  const parts = [
    ...all.map(({ column, type, nullable }) => `${column} ${columnTypes[type]} ${nullable ? '' : 'not '}null`),
    `primary key (${key.map((property) => fields[property]?.column).join(', ')})`,
    ...all.flatMap((field) => {
      const check = checkOf(name, field, columnTypes[field.type]);
      return check === undefined ? [] : [`constraint ${check.name} check (${check.expression})`];
    })
  ];
  return `create table ${liveName} (${parts.join(', ')}) strict, without rowid`;
}

/** All that is in the file besides our tables and what hangs on them: the file is ours alone. `views` are ours, in these words. */
export async function findStrangers(em: SqlEntityManager, ours: readonly string[], views: ReadonlyMap<string, string>): Promise<string[]> {
  const rows = await run<{ type: string; name: string; sql: string | null }>(
    em,
    sql`select type, name, sql from sqlite_master where tbl_name not in (${sql.join(ours)}) and name <> 'sqlite_sequence' order by name`
  );
  const wrongViews = [...views].filter(([name, text]) => !rows.some((row) => row.name === name && row.sql === text));
  return [
    ...wrongViews.map(([name]) => `${name} is not the view that shows all of its days`),
    ...rows.filter(({ name }) => !views.has(name)).map(({ type, name }) => `The file holds a ${type} that is not telemetry's: ${name}`)
  ];
}

/** Whether a text matches a pattern that is made of classes of characters alone: SQLite has no regular expressions. */
export function matches(text: RawBuilder<unknown>, pattern: RegExp): RawBuilder<unknown> {
  const glob = pattern.source
    .slice(1, -1)
    .replaceAll(/(\[[^\]]+\])\{(\d+)\}/g, (_all, characters: string, times: string) => characters.repeat(Number(times)));
  return sql`${text} glob ${glob}`;
}

export async function tableExists(em: SqlEntityManager, table: string): Promise<boolean> {
  const { rows } = await sql`select 1 from sqlite_master where type = 'table' and name = ${table}`.execute(em.getKysely());
  return rows.length > 0;
}
