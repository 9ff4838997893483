import type { Migration } from '@mikro-orm/migrations';

/** How a table of days is made anew. */
interface Remade {
  readonly table: string;
  /** From its first bracket to its last word. */
  readonly definition: string;
  /** The query that makes the rows of a day from those of its former table. */
  readonly rowsFrom: (former: string) => string;
}

/** Makes a table of days anew: its template, each day as the next generation of its table, and the view. */
export async function remake(migration: Migration, { table, definition, rowsFrom }: Remade): Promise<void> {
  const rows = await migration.execute(`select name from sqlite_master where type = 'table' and name glob '${table}_[0-9]*'`);
  const former = rows.map(({ name }: { name?: string }) => String(name));
  migration.addSql(`drop view ${table}`);
  for (const name of former) {
    migration.addSql(`create table ${nextOf(name)} ${definition}`);
    migration.addSql(`insert into ${nextOf(name)} ${rowsFrom(name)}`);
    migration.addSql(`drop table ${name}`);
  }
  migration.addSql(`drop table ${table}_template`);
  migration.addSql(`create table ${table}_template ${definition}`);
  const names = [`${table}_template`, ...former.map(nextOf)];
  migration.addSql(`create view ${table} as ${names.map((name) => `select * from ${name}`).join(' union all ')}`);
}

/** The next generation of a day: `telemetry_daily_guilds_20261125_2`. */
function nextOf(name: string): string {
  const at = name.lastIndexOf('_') + 1;
  return `${name.slice(0, at)}${Number(name.slice(at)) + 1}`;
}
