import type { MigrationObject } from '@mikro-orm/core';
import { InitialTables as PostgresqlInitialTables } from './postgresql/Migration20261123_InitialTables.ts';
import { GuildsInOneRow as PostgresqlGuildsInOneRow } from './postgresql/Migration20261128_GuildsInOneRow.ts';
import { Notices as PostgresqlNotices } from './postgresql/Migration20261128_Notices.ts';
import { DurationsInOneRow as PostgresqlDurationsInOneRow } from './postgresql/Migration20261129_DurationsInOneRow.ts';
import { InitialTables as SqliteInitialTables } from './sqlite/Migration20261123_InitialTables.ts';
import { GuildsInOneRow as SqliteGuildsInOneRow } from './sqlite/Migration20261128_GuildsInOneRow.ts';
import { Notices as SqliteNotices } from './sqlite/Migration20261128_Notices.ts';
import { DurationsInOneRow as SqliteDurationsInOneRow } from './sqlite/Migration20261129_DurationsInOneRow.ts';

// Named in words of our own: a bundler that shortens class names must not make a migration look new.
export const postgresqlMigrations: MigrationObject[] = [
  { name: 'Migration20261123_InitialTables', class: PostgresqlInitialTables },
  { name: 'Migration20261128_Notices', class: PostgresqlNotices },
  { name: 'Migration20261128_GuildsInOneRow', class: PostgresqlGuildsInOneRow },
  { name: 'Migration20261129_DurationsInOneRow', class: PostgresqlDurationsInOneRow }
];
export const sqliteMigrations: MigrationObject[] = [
  { name: 'Migration20261123_InitialTables', class: SqliteInitialTables },
  { name: 'Migration20261128_Notices', class: SqliteNotices },
  { name: 'Migration20261128_GuildsInOneRow', class: SqliteGuildsInOneRow },
  { name: 'Migration20261129_DurationsInOneRow', class: SqliteDurationsInOneRow }
];
