import { startBot, type TestBot } from '../support/bot.ts';
import type { TestDatabase } from '../support/databases.ts';
import { maintained, Ping } from '../support/traffic.ts';

/** A bot with `/ping`, once its database is open and the maintenance at start is over. */
export async function startPingBot(database: TestDatabase, env: Readonly<Record<string, string>> = {}): Promise<TestBot> {
  const bot = await startBot({ database, env, commands: { ping: Ping } });
  await maintained();
  return bot;
}
