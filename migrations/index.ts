import type { MigrationObject } from '@mikro-orm/core';
import { InitialTables as PostgresqlInitialTables } from './postgresql/Migration20261123_InitialTables.ts';
import { InitialTables as SqliteInitialTables } from './sqlite/Migration20261123_InitialTables.ts';

// Named in words of our own: a bundler that shortens class names must not make a migration look new.
export const postgresqlMigrations: MigrationObject[] = [{ name: 'Migration20261123_InitialTables', class: PostgresqlInitialTables }];
export const sqliteMigrations: MigrationObject[] = [{ name: 'Migration20261123_InitialTables', class: SqliteInitialTables }];
