// Packs what is built in dist/, and installs it as a user would: that takes so long that all which needs it stands in this one file.
import { copyFile, readdir, readFile } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import manifest from '../../package.json' with { type: 'json' };
import { RedisServer } from '../../examples/stand-ins/redisServer.ts';
import { allTables, migrationsTable } from '../../src/schema/dictionary.ts';
import { eventFields } from '../../src/schema/eventFields.ts';
import { ENABLED } from '../support/bot.ts';
import {
  outcomes,
  postgresqlDatabase,
  sqliteDatabase,
  storedEvents,
  temporaryFolder,
  type Row,
  type TestDatabase
} from '../support/databases.ts';
import { runBot, type BotRun } from '../support/packageBot.ts';
import { installBot, pack, shareInstall, typeCheck, type Tarball } from '../support/packageInstall.ts';
import { controlsIn, textIn } from '../support/messageParts.ts';
import { hostileVariables, mikroOrmVariables } from '../support/packageMikroOrm.ts';
import { runSql } from '../support/postgresSql.ts';
import { createDatabase } from '../support/postgresSuite.ts';
import { inRepository } from '../support/repository.ts';
import { testWhere } from '../support/testWhere.ts';

const INSTALL_MS = 300_000;
const BOT_MS = 90_000;

const VISIT = {
  guild: { id: '812345678901234567', name: 'Winter Cup Racers' },
  user: { id: '723456789012345678', name: 'samus-fan-4242' }
};

const ADMINISTRATOR = '8';
const OUR_TABLES = [...Object.values(allTables), migrationsTable].map(({ name }) => name);
/** In SQLite a table is a view of those of its days. */
const DAY_TABLE = /^telemetry_\w+_(?:template|\d{8}_\d+)$/;

const declared = `
    declare const context: Command.LoaderContext;
    export class Alttpr extends Command {
      constructor() {
        super(context, { telemetry: { feature: 'generator', provider: 'alttpr', subcommands: { preset: { operation: 'preset' }, quiet: false } } });
      }
      override async chatInputRun(interaction: Command.ChatInputCommandInteraction): Promise<void> {
        container.telemetry.run(interaction).annotate({ provider: 'samus.link' });
        container.telemetry.run(interaction).fail('invalid_preset');
        const seed: string = await container.telemetry.track({ surface: 'discord', feature: 'generator', operation: 'seed' }, async () => 'a seed');
        await interaction.reply(seed);
      }
    }
    const quiet: InteractionHandler.Options = { interactionHandlerType: InteractionHandlerTypes.Button, telemetry: false };
    export const options: [InteractionHandler.Options, Listener.Options] = [quiet, { telemetry: { operation: 'relay' } }];
    new SapphireClient({
      intents: [],
      telemetry: { autocomplete: true, commands: { help: false }, errorTypes: { no_seed: true, full: RangeError, stale: (error) => error === 7 }, classifyError: (error) => (error instanceof RangeError ? 'no_seed' : undefined) }
    });`;
const imports = `import 'sapphire-plugin-telemetry/register';
    import { Command, container, InteractionHandlerTypes, SapphireClient, type InteractionHandler, type Listener } from '@sapphire/framework';
    import { telemetryMiddleware, type TelemetryStatus, type UsageReport } from 'sapphire-plugin-telemetry';
    export const measured = telemetryMiddleware({ feature: 'seed', operation: 'generate', provider: 'alttpr' });
    export const status: TelemetryStatus = container.telemetry.status();
    export const report: Promise<UsageReport> = container.telemetry.report({ days: 7 });`;
/** A bot in TypeScript that uses all that has a type. */
const bot = `${imports}${declared}`;
/** What is right in it, and what would be wrong in its place. */
const MISTAKES = [
  ["telemetry: { feature: 'generator'", 'telemetry: { feature: 7'],
  ['quiet: false', 'quiet: true'],
  ["subcommands: { preset: { operation: 'preset' }", "subcommands: { preset: { operatoin: 'preset' }"],
  ["{ provider: 'samus.link' }", "{ user: 'samus' }"],
  ["fail('invalid_preset')", 'fail(new Error())'],
  ["{ surface: 'discord', feature: 'generator', operation: 'seed' }", "{ surface: 'twitch', feature: 'generator', operation: 'seed' }"],
  ["{ surface: 'discord', feature: 'generator', operation: 'seed' }", "{ feature: 'generator', operation: 'seed' }"],
  ['const seed: string', 'const seed: number'],
  ["feature: 'seed', operation: 'generate', provider", "path: '/seed/generate', provider"],
  ['no_seed: true', "no_seed: 'yes'"],
  ['commands: { help: false }', 'excludeGuild: []'],
  ['autocomplete: true', "autocomplete: 'yes'"],
  ['InteractionHandlerTypes.Button, telemetry: false', 'InteractionHandlerTypes.Button, telemetry: true'],
  ["{ telemetry: { operation: 'relay' } }", "{ telemetry: { name: 'relay' } }"]
] as const;

let tarball: Tarball;
const bots = {
  ESM: { folder: '', main: 'main.js' },
  CommonJS: { folder: '', main: 'main.cjs' },
  oldest: { folder: '', main: 'main.js' }
};
type BotKind = keyof typeof bots;
/** The lowest versions that the package allows, of which npm refuses others, and the oldest plugins whose runs are measured. */
const oldestPeers = {
  ...Object.fromEntries(Object.entries(manifest.peerDependencies).map(([name, range]) => [name, range.replace('^', '')])),
  '@sapphire/plugin-subcommands': '6.0.1',
  '@sapphire/plugin-api': '7.0.3',
  '@sapphire/plugin-scheduled-tasks': '10.0.1'
};
const withRedis = testWhere(RedisServer.isInstalled(), 'this machine has no redis-server');

beforeAll(async () => {
  tarball = await pack();
  bots.ESM.folder = await installBot('esmBot', 'module', tarball);
  bots.CommonJS.folder = await shareInstall('cjsBot', 'commonjs', bots.ESM.folder);
  bots.oldest.folder = await installBot('esmBot', 'module', tarball, oldestPeers);
}, INSTALL_MS);

const run = (kind: BotKind, env: Readonly<Record<string, string>>): Promise<BotRun> =>
  runBot(bots[kind].folder, bots[kind].main, { ...ENABLED, ...env }, VISIT);

function expectGoodRun({ reply, output, exitCode, signal, commands }: BotRun): void {
  expect(commands).toContainEqual(expect.objectContaining({ name: 'telemetry', default_member_permissions: ADMINISTRATOR }));
  expect(reply?.content).toBe(`A seed for ${VISIT.user.name}`);
  expect(output).toContain('Telemetry enabled');
  expect(output).not.toMatch(/error|deprecat/i);
  expect({ exitCode, signal }).toEqual({ exitCode: 0, signal: null });
}

/** What draws pictures is installed by those who want them. */
function expectControls({ report }: BotRun): void {
  expect(textIn(report?.components)).toMatch(/Usage of today.*generator.*^-# There is no picture: .*npm install @resvg\/resvg-js\.$/ms);
  expect(controlsIn(report?.components).length).toBeGreaterThan(5);
}

async function expectOneUse(database: TestDatabase): Promise<void> {
  const rows = await storedEvents(database);
  const today = new Date().toISOString().slice(0, 10);
  const shared: Row = { day_bucket: today, surface: 'discord', feature: 'generator', status: 'ok', provider: 'alttpr', sample_rate: 1 };
  expect(rows).toEqual([
    expect.objectContaining({ ...shared, event_name: 'discord.generator.preset.invoke', action: 'invoke', duration_ms: null }),
    expect.objectContaining({
      ...shared,
      event_name: 'discord.generator.preset.success',
      action: 'success',
      duration_ms: expect.any(Number)
    })
  ]);
  const columns = Object.values(eventFields).map(({ column }) => column as string);
  for (const row of rows) expect([...Object.keys(row), 'id'].toSorted()).toEqual(columns.toSorted());
}

async function bytesBelow(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return (await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'latin1')))).join('\n');
}

test('the tarball holds both builds with their types, and no tests, sources, examples or snapshots', () => {
  const { exports, bin } = manifest;
  const entries = [exports['.'].import, exports['.'].require, exports['./register'].import, exports['./register'].require];
  const built = entries.flatMap((entry) => [entry.default, entry.types]);
  expect(new Set(built).size).toBe(8);
  expect(tarball.paths).toEqual(expect.arrayContaining(['README.md', 'LICENSE', ...[...built, ...Object.values(bin)].map(normalize)]));
  const others = tarball.paths.filter((path) => !/^(dist\/|docs\/|[^/]+$)/.test(path));
  const foreign = tarball.paths.filter((path) => /test|fixture|example|stand-?in|snapshot|(?<!\.d)\.ts$|\.env|\.db/i.test(path));
  expect({ others, foreign }).toEqual({ others: [], foreign: [] });
});

test.each<BotKind>(['ESM', 'CommonJS'])(
  'its install brings no other plugin and no web server: a bot of %s has only what it asked for',
  async (kind) => {
    const modules = join(bots[kind].folder, 'node_modules');
    const [top, sapphire] = [await readdir(modules), await readdir(join(modules, '@sapphire'))];
    expect(sapphire.filter((name) => name.startsWith('plugin-'))).toEqual([]);
    expect(
      top.filter((name) => /^(?:fastify|express|bullmq|ioredis|redis|pg-copy-streams|posthog-node|jest|fast-check|@resvg)$/.test(name))
    ).toEqual([]);
    expect(top).toEqual(expect.arrayContaining(['sapphire-plugin-telemetry', 'discord.js', 'zod', 'node-cron']));
  }
);

describe.each<BotKind>(['ESM', 'CommonJS'])('installed from its tarball, in a bot of %s', (kind) => {
  test(
    'a use of a command is stored in SQLite as one invoke and one success, the bot ends at SIGTERM, and no byte tells who or where',
    async () => {
      const database = await sqliteDatabase();
      const seen = await run(kind, database.env);
      expectGoodRun(seen);
      expectControls(seen);
      await expectOneUse(database);
      const bytes = await bytesBelow(String(database.env['TELEMETRY_DATA_DIR']));
      expect(bytes).toContain('discord.generator.preset.success');
      for (const { id, name } of Object.values(VISIT)) for (const secret of [id, name]) expect(bytes).not.toContain(secret);
    },
    BOT_MS
  );

  test.each([
    { engine: 'SQLite', create: sqliteDatabase as () => Promise<TestDatabase> },
    { engine: 'PostgreSQL', create: postgresqlDatabase }
  ])(
    'what the bot sets for a MikroORM of its own changes nothing: our rows go to our database on $engine, and nothing to theirs',
    async ({ create }) => {
      const [database, theirUrl, theirFolder] = [await create(), await createDatabase(), await temporaryFolder()];
      await runSql(theirUrl, 'create schema theirs');
      const hostile = await hostileVariables(theirUrl, theirFolder);
      expect(Object.keys(hostile).toSorted()).toEqual(expect.arrayContaining((await mikroOrmVariables()).toSorted()));
      const filesBefore = await readdir(bots[kind].folder);

      expectGoodRun(await run(kind, { ...database.env, ...hostile }));
      await expectOneUse(database);
      const theirTables = `select table_name from information_schema.tables where table_schema not in ('pg_catalog', 'information_schema')`;
      expect(await runSql(theirUrl, theirTables)).toEqual([]);
      expect(await readdir(theirFolder)).toEqual([]);
      expect(await readdir(bots[kind].folder)).toEqual(filesBefore);
      const ours =
        database.engine === 'SQLite' ? `select name as table_name from sqlite_master where name not like 'sqlite_%'` : theirTables;
      const names = (await database.sql(ours)).map((row) => String(row['table_name']));
      expect(names.filter((name) => !DAY_TABLE.test(name)).toSorted()).toEqual(OUR_TABLES.toSorted());
    },
    BOT_MS
  );
});

test(
  'a bot of the oldest framework and discord.js that the package allows records, and its owner alone sees the answers',
  async () => {
    const database = await sqliteDatabase();
    const seen = await run('oldest', database.env);
    expectGoodRun(seen);
    expect(seen.status?.ephemeral).toBe(true);
    // That discord.js knows no message with controls.
    expect(seen.report).toMatchObject({ ephemeral: true, components: [], embeds: [{ description: expect.stringMatching(/^2 events/) }] });
    await expectOneUse(database);
    expect(await typeCheck(bots.oldest.folder, [bot])).toEqual(['']);
  },
  BOT_MS
);

withRedis('subcommands, routes and tasks of the oldest plugins are measured', async () => {
  const [database, folder] = [await sqliteDatabase(), bots.oldest.folder];
  await using redis = await RedisServer.start();
  const plugins = ['subcommands', 'api', 'scheduled-tasks'].map((name) => `@sapphire/plugin-${name}/register`);
  const env = {
    FRAMEWORK: '@sapphire/framework',
    IMPORTS: ['sapphire-plugin-telemetry/register', ...plugins].join(' '),
    REDIS_URL: redis.url
  };
  await copyFile(inRepository('tests/fixtures/pluginsBot/main.js'), join(folder, 'plugins.js'));
  const { reply, exitCode } = await runBot(folder, 'plugins.js', { ...ENABLED, ...database.env, ...env }, VISIT);
  expect({ reply: reply?.content, exitCode }).toEqual({ reply: 'A seed', exitCode: 0 });
  expect(await outcomes(database)).toEqual({
    'api.seeds.roll': { runs: 1, ok: 1, failed: 0 },
    'discord.alttpr.alttpr_preset': { runs: 1, ok: 0, failed: 1 },
    'discord.tidy.task': { runs: 1, ok: 1, failed: 0 }
  });
});

describe('a bot in TypeScript', () => {
  let complaints: readonly string[];

  beforeAll(async () => {
    complaints = await typeCheck(bots.ESM.folder, [bot, ...MISTAKES.map(([right, wrong]) => bot.replace(right, wrong))]);
  }, BOT_MS);

  test('in ESM has types for the options and the service', () => {
    expect(complaints[0]).toBe('');
  });

  test(
    'in CommonJS has types for the options and the service',
    async () => {
      expect(await typeCheck(bots.CommonJS.folder, [bot])).toEqual(['']);
    },
    BOT_MS
  );

  test.each(MISTAKES.map((mistake, at) => [...mistake, at + 1] as const))(
    'is told of what is wrong: not %s but %s',
    (right, _wrong, at) => {
      expect(bot).toContain(right);
      expect(complaints[at]).toMatch(/^bot-\d+\.ts\(\d+,\d+\): error TS/);
    }
  );
});
