import { startBot, type TestBot } from './bot.ts';
import { sqliteDatabase, type TestDatabase } from './databases.ts';

export interface MeasuredBot extends TestBot {
  readonly database: TestDatabase;
}

/** A bot that records: to an SQLite file of its own, unless the options name a database. */
export async function startMeasuredBot(options: Parameters<typeof startBot>[0] = {}): Promise<MeasuredBot> {
  const database = options.database ?? (await sqliteDatabase());
  return { ...(await startBot({ ...options, database })), database };
}
