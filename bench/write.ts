import { growth } from './write/growth.ts';
import { postgresqlWrites } from './write/postgresql.ts';
import { sqliteWrites } from './write/sqlite.ts';

/** How fast events are stored, and for how long SQLite holds the thread. */
export async function write(): Promise<void> {
  await postgresqlWrites();
  await growth();
  await sqliteWrites();
}
