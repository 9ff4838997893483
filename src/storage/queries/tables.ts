import type { SqlEntityManager } from '@mikro-orm/sql';
import { sql, type RawBuilder } from 'kysely';
import { addDays, isDay } from '../../events/day.ts';
import { allTables, migrationsTable } from '../../schema/dictionary.ts';
import { StoreError } from '../../store/storeError.ts';

/** The tables of a schema, as they are written in a query: `events` and the others of the dictionary, and that of the migrations. */
export type Tables = Readonly<Record<keyof typeof allTables | 'migrations', RawBuilder<unknown>>>;

/** Our tables, each with its schema: what stands elsewhere on the search path under the same name is not ours. */
export function tablesIn(schema: string): Tables {
  const all = Object.entries({ ...allTables, migrations: migrationsTable }).map(([key, { name }]) => [key, sql.id(schema, name)]);
  return Object.fromEntries(all) as Tables;
}

/** Runs a query with its values bound, inside the transaction of `em` where there is one. */
export async function run<Row>(em: SqlEntityManager, query: RawBuilder<unknown>): Promise<Row[]> {
  const { rows } = await query.execute(em.getKysely());
  return rows as Row[];
}

/** How many days one statement looks for: a month, and some of wrong clocks. */
const DAYS_AT_ONCE = 40;

/**
 * The days of which a table has rows, the oldest first. Each is looked for by the key, without reading the rows. A recursive query would leap from
 * day to day in one statement, but is refused where the rows are spread over several servers.
 * @throws {StoreError} when the database answers with what is no day: nothing may be deleted then, since days are compared as text.
 */
export async function daysOf(em: SqlEntityManager, table: RawBuilder<unknown>): Promise<string[]> {
  const days: string[] = [];
  let [oldest] = await oldestDays(em, table, [sql`true`]);
  while (oldest !== undefined) {
    const first = oldest;
    const known = Array.from({ length: DAYS_AT_ONCE }, (_, at) => addDays(first, at)).filter((day) => isDay(day));
    const last = known.at(-1) ?? first;
    // A range, not an equality: only where the order tells which row is asked for is the key sure to be used.
    const eachDay = known.map((day) => sql`day_bucket >= ${day} and day_bucket <= ${day}`);
    const found = await oldestDays(em, table, [...eachDay, sql`day_bucket > ${last}`]);
    days.push(...found.filter((day) => day <= last));
    oldest = found.find((day) => day > last);
  }
  return days;
}

/** The oldest day of the rows that meet each of the conditions, where there are any. */
async function oldestDays(em: SqlEntityManager, table: RawBuilder<unknown>, conditions: readonly RawBuilder<unknown>[]): Promise<string[]> {
  const oldest = conditions.map((condition) => sql`(select day_bucket from ${table} where ${condition} order by day_bucket limit 1)`);
  const rows = await run<{ day: string }>(
    em,
    sql`select cast(day_bucket as text) as day from (${sql.join(oldest, sql` union all `)}) as found`
  );
  const days = rows.map(({ day }) => day);
  if (days.every((day) => isDay(day))) return days.toSorted();
  throw new StoreError('unavailable', 'a day in the database is none: see what sapphire-telemetry verify finds');
}
