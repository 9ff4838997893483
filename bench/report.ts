import { postgresqlReports } from './report/postgresql.ts';
import { sqliteReports } from './report/sqlite.ts';

/** How long a report takes, and whether it tells what the rows say. */
export async function report(): Promise<void> {
  await sqliteReports();
  await postgresqlReports();
}
