import type { MigrationObject } from '@mikro-orm/core';
import { InitialTables as PostgresqlInitialTables } from './postgresql/Migration20261123_InitialTables.ts';
import { GuildsInOneRow as PostgresqlGuildsInOneRow } from './postgresql/Migration20261128_GuildsInOneRow.ts';
import { Notices as PostgresqlNotices } from './postgresql/Migration20261128_Notices.ts';
import { InitialTables as SqliteInitialTables } from './sqlite/Migration20261123_InitialTables.ts';
import { GuildsInOneRow as SqliteGuildsInOneRow } from './sqlite/Migration20261128_GuildsInOneRow.ts';
import { Notices as SqliteNotices } from './sqlite/Migration20261128_Notices.ts';

// Named in words of our own: a bundler that shortens class names must not make a migration look new.
export const postgresqlMigrations: MigrationObject[] = [
  { name: 'Migration20261123_InitialTables', class: PostgresqlInitialTables },
  { name: 'Migration20261128_Notices', class: PostgresqlNotices },
  { name: 'Migration20261128_GuildsInOneRow', class: PostgresqlGuildsInOneRow }
];
export const sqliteMigrations: MigrationObject[] = [
  { name: 'Migration20261123_InitialTables', class: SqliteInitialTables },
  { name: 'Migration20261128_Notices', class: SqliteNotices },
  { name: 'Migration20261128_GuildsInOneRow', class: SqliteGuildsInOneRow }
];
