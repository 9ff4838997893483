import type { SqlEntityManager } from '@mikro-orm/sql';
import { sql, type RawBuilder } from 'kysely';
import { allTables, migrationsTable } from '../../schema/dictionary.ts';
import { run } from '../queries/tables.ts';

/*
 * What may hang on a table that no migration of ours makes: each tells more than the rows, or to others than who may read them. The catalogs
 * can be read by every role.
 */

/** Each as the end of a sentence about the table whose oid is `t.oid` and whose name is `t.relname`. */
const ODDITIES: readonly RawBuilder<unknown>[] = [
  sql`select 'is not a plain table' from t where relkind <> 'r'`,
  sql`select 'is not logged: a crash empties it' from t where relpersistence <> 'p'`,
  sql`select 'shares its rows with another table: ' || case when inhrelid = t.oid then inhparent else inhrelid end::regclass
    from t join pg_inherits on t.oid in (inhrelid, inhparent)`,
  sql`select 'hides rows from some roles: row level security is on' from t where relrowsecurity`,
  sql`select 'has a policy that nobody asked for: ' || polname from t join pg_policy on polrelid = t.oid`,
  sql`select 'has a trigger that nobody asked for: ' || tgname from t join pg_trigger on tgrelid = t.oid and not tgisinternal`,
  sql`select 'has a rule that nobody asked for: ' || rulename from t join pg_rewrite on ev_class = t.oid and relkind = 'r'`,
  sql`select 'has an index that nobody asked for: ' || c.relname
    from t join pg_index on indrelid = t.oid and not indisprimary join pg_class c on c.oid = indexrelid`,
  sql`select 'has a constraint that nobody asked for: ' || conname from t join pg_constraint on conrelid = t.oid and contype not in ('p', 'c', 'n')`,
  sql`select 'is referred to by another table: ' || conrelid::regclass from t join pg_constraint on confrelid = t.oid and conrelid <> t.oid`,
  sql`select 'has statistics that nobody asked for: ' || stxname from t join pg_statistic_ext on stxrelid = t.oid`,
  sql`select distinct 'is read by a view or a rule: ' || ev_class::regclass from t
    join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = t.oid and d.classid = 'pg_rewrite'::regclass
    join pg_rewrite r on r.oid = d.objid and r.ev_class <> t.oid`,
  sql`select 'is named in a function: ' || p.oid::regprocedure from t
    join pg_proc p on position(t.relname::text in prosrc) > 0 and pronamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)`,
  sql`select distinct 'is read by a function: ' || d.objid::regprocedure from t
    join pg_depend d on d.classid = 'pg_proc'::regclass
      and (d.refclassid = 'pg_class'::regclass and d.refobjid = t.oid or d.refclassid = 'pg_type'::regclass and d.refobjid = t.reltype)`,
  sql`select 'is published to other servers: ' || pubname from t
    join pg_namespace n on n.oid = relnamespace join pg_publication_tables on schemaname = n.nspname and tablename = relname`,
  sql`select 'is filled by a subscription' from t join pg_subscription_rel on srrelid = t.oid`,
  sql`select 'has a comment' || coalesce(' on its column ' || attname, '') from t
    join pg_description d on d.classoid = 'pg_class'::regclass and d.objoid = t.oid
    left join pg_attribute on attrelid = t.oid and attnum = d.objsubid and d.objsubid > 0`
];

/** What hangs on the table whose oid is `table`, besides its columns, key and CHECK constraints. */
export async function odditiesOf(em: SqlEntityManager, table: RawBuilder<unknown>): Promise<string[]> {
  const rows = await run<{ oddity: string }>(
    em,
    sql`with t as (select * from pg_class where oid = ${table}), all_of_them(oddity) as (${sql.join(ODDITIES, sql` union all `)})
      select oddity from all_of_them order by 1`
  );
  return rows.map(({ oddity }) => oddity);
}

/** What stands beside our tables and is named as they are, and what tells of every table of the database when its rows came. */
export async function findStrangers(em: SqlEntityManager, schema: string): Promise<string[]> {
  const ours = [...Object.values(allTables), migrationsTable].map(({ name }) => name);
  const namespace = sql`(select oid from pg_namespace where nspname = ${schema})`;
  const rows = await run<{ finding: string }>(
    em,
    sql`select 'The schema holds what is named like telemetry''s tables, but is none: ' || relname as finding from pg_class c
        where relnamespace = ${namespace}
          and relkind in ('r', 'v', 'm', 'f', 'p', 'S', 'c') and starts_with(relname::text, 'telemetry_') and relname not in (${sql.join(ours)})
          and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'a'
            and d.refobjid in (select oid from pg_class where relnamespace = ${namespace} and relname in (${sql.join(ours)})))
      union all select 'The database gives every row away through a replication slot: ' || slot_name from pg_replication_slots
        where slot_type = 'logical' and database = current_database() and plugin <> 'pgoutput'
      union all select 'The server keeps the time of every transaction: turn track_commit_timestamp off'
        where current_setting('track_commit_timestamp') = 'on'
      order by 1`
  );
  return rows.map(({ finding }) => finding);
}
