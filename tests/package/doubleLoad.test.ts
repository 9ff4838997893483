import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from '@jest/globals';
import { RedisServer } from '../../examples/stand-ins/redisServer.ts';
import { ENABLED } from '../support/bot.ts';
import { outcomes, sqliteDatabase, storedEvents } from '../support/databases.ts';
import { runBot } from '../support/packageBot.ts';
import { installCopies } from '../support/packageCopies.ts';

// Runs the package as it is built in dist/.
const BOT_MS = 90_000;
/** Longer than the plugin waits for a client. */
const ALIVE_MS = 11_000;
const VISIT = { guild: { id: '812345678901234567', name: 'Winter Cup Racers' }, user: { id: '723456789012345678', name: 'samus-fan' } };

const OURS = 'sapphire-plugin-telemetry/register';
/** Has a copy of the package of its own. */
const LIBRARY = 'a-bot-library';
const OTHERS = ['@sapphire/plugin-subcommands/register', '@sapphire/plugin-api/register'];
const TASKS = '@sapphire/plugin-scheduled-tasks/register';
const hasRedis = RedisServer.isInstalled();

let folder: string;
/** Those of a bot of either framework that loads either build, and of one that is off. They come while the other tests run: each takes a while. */
let warnings: Promise<string[][]>;

const load = (name: string): string => (name.startsWith('cjs:') ? `require('${name.slice(4)}')` : `await import('${name}')`);

/** What a process is warned of that makes a client of this framework, and lives on. */
async function warningsOf(framework: string, ours: string, env: Readonly<Record<string, string>> = ENABLED): Promise<string[]> {
  const code = `import { createRequire } from 'node:module';
    const require = createRequire(import.meta.url);
    ${load(ours)};
    const { SapphireClient } = ${load(framework)};
    new SapphireClient({ intents: [] });
    setTimeout(() => undefined, ${ALIVE_MS});`;
  const { stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code], {
    cwd: folder,
    env: { ...process.env, ...env }
  });
  return Array.from(stderr.matchAll(/Warning: (Telemetry is loaded.*)/g), ([, line = '']) => line);
}

beforeAll(async () => {
  folder = await installCopies();
  const builds = ['@sapphire/framework', 'cjs:@sapphire/framework'].flatMap((framework) =>
    [OURS, `cjs:${OURS}`].map((ours) => [framework, ours] as const)
  );
  const off = warningsOf('@sapphire/framework', `cjs:${OURS}`, { TELEMETRY_ENABLED: 'false' });
  warnings = Promise.all([...builds.map(([framework, ours]) => warningsOf(framework, ours)), off]);
});

/** Uses a subcommand that fails, once. Resolves to what the bot said of telemetry when it started. */
async function expectCountedOnce(framework: string, ...imports: readonly string[]): Promise<string[]> {
  const database = await sqliteDatabase();
  const env = { ...ENABLED, ...database.env, FRAMEWORK: framework, IMPORTS: imports.join(' ') };
  const { reply, output, exitCode } = await runBot(folder, 'main.js', env, VISIT);
  expect(reply?.content).toBe('A seed');
  expect(exitCode).toBe(0);
  expect(await outcomes(database)).toEqual({ 'discord.alttpr.alttpr_preset': { runs: 1, ok: 0, failed: 1 } });
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

test(
  'a bot that loads only the build for the other module system is told that nothing is recorded, and what to do; any other is not',
  async () => {
    const told = [expect.stringMatching(/nothing is recorded.*both with import or both with require/)];
    expect(await warnings).toEqual([[], told, told, [], []]);
  },
  BOT_MS
);

(hasRedis ? test.each : test.skip.each)([[[OURS, TASKS, ...OTHERS]], [[...OTHERS, TASKS, OURS]], [[TASKS, OURS, ...OTHERS]]])(
  'nor does it with the plugin for scheduled tasks: %j',
  async (imports) => {
    const database = await sqliteDatabase();
    await using redis = await RedisServer.start();
    const env = { ...ENABLED, ...database.env, FRAMEWORK: '@sapphire/framework', IMPORTS: imports.join(' '), REDIS_URL: redis.url };
    const { reply, exitCode } = await runBot(folder, 'main.js', env, VISIT);
    expect({ reply: reply?.content, exitCode }).toEqual({ reply: 'A seed', exitCode: 0 });
    expect(await outcomes(database)).toEqual({
      'api.seeds.roll': { runs: 1, ok: 1, failed: 0 },
      'discord.alttpr.alttpr_preset': { runs: 1, ok: 0, failed: 1 },
      'discord.tidy.task': { runs: 1, ok: 1, failed: 0 }
    });
  },
  BOT_MS
);
