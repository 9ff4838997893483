import { beforeAll, expect, test } from '@jest/globals';
import { RedisServer } from '../examples/stand-ins/redisServer.ts';
import { ENABLED } from './support/bot.ts';
import { countEvents, sqliteDatabase, storedEvents } from './support/databases.ts';
import { runBot } from './support/packageBot.ts';
import { installCopies } from './support/packageCopies.ts';
import { atSuiteEnd } from './support/postgresSuite.ts';

// Runs the package as it is built in dist/.
const BOT_MS = 90_000;
const VISIT = { guild: { id: '812345678901234567', name: 'Winter Cup Racers' }, user: { id: '723456789012345678', name: 'samus-fan' } };

const OURS = 'sapphire-plugin-telemetry/register';
/** Has a copy of the package of its own. */
const LIBRARY = 'a-bot-library';
const OTHERS = ['@sapphire/plugin-subcommands/register', '@sapphire/plugin-api/register'];
const TASKS = '@sapphire/plugin-scheduled-tasks/register';
const hasRedis = RedisServer.isInstalled();

let folder: string;

beforeAll(async () => {
  folder = await installCopies();
});

/** Uses a subcommand that fails, once. Resolves to what the bot said of telemetry when it started. */
async function expectCountedOnce(framework: string, ...imports: readonly string[]): Promise<string[]> {
  const database = await sqliteDatabase();
  const env = { ...ENABLED, ...database.env, FRAMEWORK: framework, IMPORTS: imports.join(' ') };
  const { reply, output, exitCode } = await runBot(folder, 'main.js', env, VISIT);
  expect(reply?.content).toBe('A seed');
  expect(exitCode).toBe(0);
  expect(await countEvents(database)).toEqual({ 'discord.alttpr.alttpr_preset.invoke': 1, 'discord.alttpr.alttpr_preset.failure': 1 });
  expect(await storedEvents(database)).toContainEqual(expect.objectContaining({ action: 'failure', error_type: 'unexpected_error' }));
  return Array.from(output.matchAll(/Telemetry (?:enabled|disabled|is loaded.*)/g), ([line]) => line);
}

test.each([
  ['@sapphire/framework', OURS, `cjs:${OURS}`, OURS],
  ['cjs:@sapphire/framework', `cjs:${OURS}`, OURS]
])(
  'in a bot of %s each run is counted once, although both builds are loaded: %s %s',
  async (framework, ...imports) => {
    expect(await expectCountedOnce(framework, ...imports)).toEqual(['Telemetry enabled']);
  },
  BOT_MS
);

test.each([
  ['@sapphire/framework', OURS, LIBRARY],
  ['cjs:@sapphire/framework', `cjs:${LIBRARY}`, `cjs:${OURS}`]
])(
  'in a bot of %s with two copies of the package each run is counted once, and the log says what to do: %s %s',
  async (framework, ...imports) => {
    expect(await expectCountedOnce(framework, ...imports)).toEqual([
      'Telemetry enabled',
      expect.stringMatching(/^Telemetry is loaded from two copies of sapphire-plugin-telemetry.*npm ls/)
    ]);
  },
  BOT_MS
);

test.each([[[OURS, ...OTHERS]], [[...OTHERS, OURS]]])(
  'the order in which plugins are imported makes no difference: %j',
  async (imports) => {
    expect(await expectCountedOnce('@sapphire/framework', ...imports)).toEqual(['Telemetry enabled']);
  },
  BOT_MS
);

(hasRedis ? test.each : test.skip.each)([[[OURS, TASKS, ...OTHERS]], [[...OTHERS, TASKS, OURS]], [[TASKS, OURS, ...OTHERS]]])(
  'nor does it with the plugin for scheduled tasks: %j',
  async (imports) => {
    const [database, redis] = [await sqliteDatabase(), await RedisServer.start()];
    atSuiteEnd(() => redis.stop());
    const env = { ...ENABLED, ...database.env, FRAMEWORK: '@sapphire/framework', IMPORTS: imports.join(' '), REDIS_URL: redis.url };
    const { reply, exitCode } = await runBot(folder, 'main.js', env, VISIT);
    expect({ reply: reply?.content, exitCode }).toEqual({ reply: 'A seed', exitCode: 0 });
    expect(await countEvents(database)).toEqual({
      'discord.alttpr.alttpr_preset.invoke': 1,
      'discord.alttpr.alttpr_preset.failure': 1,
      'discord.tidy.tidy.invoke': 1,
      'discord.tidy.tidy.success': 1
    });
  },
  BOT_MS
);
