import type { SqlEntityManager } from '@mikro-orm/sql';
import { sql, type RawBuilder } from 'kysely';
import type { Field, Table } from '../../schema/field.ts';
import { GUILD_HASH } from '../../schema/patterns.ts';
import type { Dialect } from '../dialect.ts';
import { rowsOf } from '../queries/rowsOf.ts';
import { run } from '../queries/tables.ts';
import { contradictions, fits, type Group } from './rowRules.ts';

/** What the rows of a table were found to be. */
export interface AuditedRows {
  readonly count: number;
  readonly findings: readonly string[];
  readonly oldestDay: string | undefined;
  readonly newestDay: string | undefined;
}

/**
 * Looks at every row once, a day at a time in the order of the key. Columns of few values are grouped and judged here, by the dictionary's own
 * patterns; those that differ from row to row are judged by the database.
 */
export async function auditRows(em: SqlEntityManager, dialect: Dialect, table: Table): Promise<AuditedRows> {
  const query = groupQuery(dialect, table);
  const wrong = new Map<string, number>();
  let count = 0;
  const days = hasDays(table) ? await dialect.days(em, table) : [];
  for (const day of hasDays(table) ? days : [undefined]) {
    const groups = await em.transactional(async (inside) => {
      await dialect.prepareForCounting(inside);
      return run<Group>(inside, query(day === undefined ? dialect.tables.optOuts : await rowsOf(inside, dialect, table, day)));
    }, dialect.snapshot);
    for (const group of groups) {
      count += Number(group['rows']);
      for (const [place, rows] of judge(table, group)) if (rows > 0) wrong.set(place, (wrong.get(place) ?? 0) + rows);
    }
  }
  const findings = [...wrong].map(([place, rows]) => `${table.name}.${place}, in ${rows} ${rows === 1 ? 'row' : 'rows'}`);
  return { count, findings, oldestDay: days[0], newestDay: days.at(-1) };
}

function hasDays({ fields }: Table): boolean {
  return 'dayBucket' in fields;
}

/** Whether nearly every row has a value of its own. */
function isOwn({ type, pattern }: Field): boolean {
  return type === 'uuid' || type === 'integer' || pattern === GUILD_HASH;
}

function groupQuery(dialect: Dialect, { fields }: Table): (rows: RawBuilder<unknown>) => RawBuilder<unknown> {
  const all = Object.values(fields);
  // By the columns as they are: of what is made of them PostgreSQL has no statistics, and would sort all rows.
  const shared = all.filter((field) => !isOwn(field)).map(({ column }) => sql.ref(column));
  const columns = [
    ...all.filter((field) => !isOwn(field)).map(({ column }) => sql`cast(${sql.ref(column)} as text) as ${sql.ref(column)}`),
    ...all
      .filter(isOwn)
      .flatMap((field) => [
        sql`sum(case when ${isWrong(dialect, field)} then 1 else 0 end) as ${sql.ref(`${field.column}_wrong`)}`,
        sql`count(${sql.ref(field.column)}) as ${sql.ref(`${field.column}_set`)}`
      ]),
    sql`count(*) as rows`
  ];
  const by = shared.length === 0 ? sql`` : sql`group by ${sql.join(shared)}`;
  return (rows) => sql`select ${sql.join(columns)} from ${rows} ${by}`;
}

/** Whether the value of a column that differs from row to row does not fit it, as the database can tell. */
function isWrong(dialect: Dialect, { column, nullable, pattern, range }: Field): RawBuilder<unknown> {
  const value = sql.ref(column);
  const [min, max] = range ?? [0, 0];
  const fitting =
    pattern === undefined
      ? sql`${value} >= ${min} and ${value} <= ${max} and cast(${value} as integer) = ${value}`
      : dialect.matches(sql`cast(${value} as text)`, pattern);
  return nullable ? sql`${value} is not null and not (${fitting})` : sql`${value} is null or not (${fitting})`;
}

/** What is wrong with a group of rows: each place with the number of rows. */
function judge(table: Table, group: Group): (readonly [place: string, rows: number])[] {
  const values = Object.entries(table.fields).map(([property, field]): [string, number] => {
    const isFitting = isOwn(field) || fits(field, group[field.column], table.key.includes(property));
    const rows = isFitting ? Number(group[`${field.column}_wrong`] ?? 0) : Number(group['rows']);
    return [`${field.column} holds what does not fit it`, rows];
  });
  return [...values, ...contradictions(group)];
}
