import type { SqlEntityManager } from '@mikro-orm/sql';
import { sql, type RawBuilder } from 'kysely';
import type { Table } from '../../schema/field.ts';
import type { Dialect } from '../dialect.ts';

/** All rows of a day, and those of no other. To be read `from`. */
export async function rowsOf(em: SqlEntityManager, dialect: Dialect, table: Table, day: string): Promise<RawBuilder<unknown>> {
  const parts = (await dialect.tablesOf(em, table, day)).map((part) => sql`select * from ${part} where day_bucket = ${day}`);
  return sql`(${sql.join(parts, sql` union all `)}) as of_day`;
}
