import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from '@jest/globals';
import { ENABLED } from '../support/bot.ts';
import { outcomes, postgresqlDatabase, sqliteDatabase, type TestDatabase } from '../support/databases.ts';
import { textIn } from '../support/messageParts.ts';
import { runBot } from '../support/packageBot.ts';
import { linkBot } from '../support/packageCopies.ts';
import { inRepository } from '../support/repository.ts';

const BOT_MS = 60_000;
const VISIT = { guild: { id: '812345678901234567', name: 'Winter Cup Racers' }, user: { id: '723456789012345678', name: 'samus-fan' } };
const ON_BOT_THREAD = /SQLite works on the thread of the bot.*docs\/bundling\.md/;

const THREAD = 'storeThread=sapphire-plugin-telemetry/storeThread';
/** discord.js is CommonJS: in an ES module esbuild leaves it nothing to require with. */
const REQUIRE = `--banner:js=import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);`;
/** tsup builds by esbuild, and takes `node:` from the names of Node's modules. */
const WITHOUT_PREFIX = ['--alias:node:sqlite=sqlite', '--external:sqlite'];

const esbuild = (...options: readonly string[]): readonly string[] => [
  'esbuild',
  '--bundle',
  '--platform=node',
  ...options,
  'main=main.js'
];
const rolldown = (...options: readonly string[]): readonly string[] => [
  'tsdown',
  'main.js',
  '--no-config',
  '--platform',
  'node',
  '--no-dts',
  '--logLevel',
  'error',
  '--format',
  ...options
];

const bundles = [
  {
    kind: 'CommonJS by esbuild, as tsup does',
    build: esbuild('--format=cjs', '--out-extension:.js=.cjs', ...WITHOUT_PREFIX),
    main: 'main.cjs'
  },
  {
    kind: 'minified CommonJS by esbuild',
    build: esbuild('--format=cjs', '--out-extension:.js=.cjs', '--minify', THREAD),
    main: 'main.cjs'
  },
  {
    kind: 'minified, split ES modules by esbuild',
    build: esbuild('--format=esm', '--splitting', '--minify', REQUIRE, THREAD),
    main: 'main.js'
  },
  { kind: 'CommonJS by rolldown', build: rolldown('cjs'), main: 'main.cjs' },
  { kind: 'minified ES modules by rolldown', build: rolldown('esm', '--minify'), main: 'main.mjs' }
];

let bot: string;

beforeAll(async () => {
  bot = await linkBot('bundledBot');
});

/** Bundles the bot and all that it imports into a folder, whose path is resolved to. */
async function bundle(kind: string, [tool = '', ...options]: readonly string[]): Promise<string> {
  const folder = join(bot, kind.replaceAll(' ', '-'));
  const out = tool === 'esbuild' ? `--outdir=${folder}` : `--out-dir=${folder}`;
  // With the Node that runs the tests. esbuild is no JavaScript.
  const env = { ...process.env, PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter) };
  await promisify(execFile)(inRepository(`node_modules/.bin/${tool}`), [...options, out], { cwd: bot, env });
  return folder;
}

async function expectOneUse(folder: string, main: string, database: TestDatabase): Promise<void> {
  const { reply, report, output, exitCode } = await runBot(folder, main, { ...ENABLED, ...database.env }, VISIT);
  expect({ reply: reply?.content, exitCode, output }).toMatchObject({ reply: `A seed for ${VISIT.user.name}`, exitCode: 0 });
  expect(textIn(report?.components)).toMatch(/^-# There is no picture: a bundle has none/m);
  const isOnBotThread = database.engine === 'SQLite' && !existsSync(join(folder, main.replace('main', 'storeThread')));
  expect({ isOnBotThread, isTold: ON_BOT_THREAD.test(output) }).toEqual({ isOnBotThread, isTold: isOnBotThread });
  expect(await outcomes(database)).toEqual({ 'discord.generator.preset': { runs: 1, ok: 1, failed: 0 } });
}

test.each(bundles)(
  'a bot that is bundled into $kind starts with telemetry off, and records with it on',
  async ({ kind, build, main }) => {
    const folder = await bundle(kind, build);
    const [off] = await Promise.all([runBot(folder, main, {}, VISIT), expectOneUse(folder, main, await sqliteDatabase())]);
    expect(off).toMatchObject({ output: expect.stringContaining('Telemetry disabled'), exitCode: 0 });
    expect(off.reply?.content).toBe(`A seed for ${VISIT.user.name}`);
  },
  BOT_MS
);

test(
  'a bot in a bundle records in PostgreSQL',
  async () => {
    const folder = await bundle('for PostgreSQL', esbuild('--format=cjs', '--out-extension:.js=.cjs'));
    await expectOneUse(folder, 'main.cjs', await postgresqlDatabase());
  },
  BOT_MS
);
