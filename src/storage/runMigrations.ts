import type { MigrationObject, SqlEntityManager } from '@mikro-orm/sql';
import { sql } from 'kysely';
import type { Dialect } from './dialect.ts';
import { run } from './queries/tables.ts';

/**
 * Runs these migrations inside the transaction of `em`, and notes them in the table of migrations, which is made where it is missing. MikroORM's
 * own migrator asks for the database and makes that table on connections of its own, and names no schema where it is `public`.
 */
export async function runMigrations(em: SqlEntityManager, dialect: Dialect, migrations: readonly MigrationObject[]): Promise<void> {
  if (migrations.length === 0) return;
  await dialect.prepareMigrations(em);
  for (const { name, class: Migration } of migrations) {
    const migration = new Migration(em.getDriver(), em.config);
    // For what a migration asks before it knows its statements.
    migration.setTransactionContext?.(em.getTransactionContext());
    await migration.up();
    for (const statement of migration.getQueries?.() ?? [])
      await em.getDriver().execute(statement, undefined, 'all', em.getTransactionContext());
    await run(em, sql`insert into ${dialect.tables.migrations} (name) values (${name})`);
  }
}
