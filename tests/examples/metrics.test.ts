import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { DiscordStandIn } from '../../examples/stand-ins/discord.ts';
import { closeNow, listenLocally } from '../../examples/stand-ins/local.ts';
import { freePort } from '../../examples/stand-ins/redisServer.ts';
import { ENABLED, until } from '../support/bot.ts';
import { botEnvironment } from '../support/botEnvironment.ts';
import { outcomes, sqliteDatabase, temporaryFolder } from '../support/databases.ts';
import { atSuiteEnd } from '../support/postgresSuite.ts';
import { Prometheus } from '../support/prometheus.ts';
import { inRepository, readDocument } from '../support/repository.ts';
import { SampleBot } from '../support/sampleBot.ts';
import { testWhere } from '../support/testWhere.ts';

// Runs the package as it is built in dist/.
const withPrometheus = testWhere(Prometheus.isInstalled(), 'no prometheus is installed');
const USES = 5;

const PING = `import { Command } from '@sapphire/framework';
export class Ping extends Command {
  async chatInputRun(interaction) {
    await interaction.reply('pong');
  }
}
`;
/** A new bot knows no other Discord than the real one. */
const STAND_IN = `import { DefaultRestOptions } from 'discord.js';
DefaultRestOptions.api = process.env.DISCORD_API;
`;

/** What docs/metrics.md shows, by language. */
async function shown(language: string): Promise<string[]> {
  const text = await readDocument('docs/metrics.md');
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].filter(([, name]) => name === language).map(([, , code = '']) => code);
}

/** A new bot, with the packages that it would have installed. */
async function newBot(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'node_modules'));
  await mkdir(join(folder, 'commands'));
  for (const name of ['@opentelemetry', '@sapphire', 'discord.js'])
    await symlink(inRepository(`node_modules/${name}`), join(folder, 'node_modules', name));
  await symlink(inRepository('.'), join(folder, 'node_modules', 'sapphire-plugin-telemetry'));
  const all = { 'package.json': '{ "type": "module", "main": "bot.js" }', 'commands/ping.js': PING, 'standIn.js': STAND_IN, ...files };
  for (const [name, text] of Object.entries(all)) await writeFile(join(folder, name), text);
  return folder;
}

withPrometheus('whoever follows the page on metrics with a new bot has numbers in Prometheus', async () => {
  const [metrics = '', bot = ''] = await shown('js');
  const [config = ''] = await shown('yaml');
  const port = await freePort();
  await using prometheus = await Prometheus.start(config.replace('127.0.0.1:9464', `127.0.0.1:${port}`).replace('15s', '1s'));
  await using discord = await DiscordStandIn.start();
  const folder = await newBot({ 'metrics.js': metrics, 'bot.js': bot });
  const env = botEnvironment(discord, { ...ENABLED, TELEMETRY_DATA_DIR: join(folder, 'data'), METRICS_PORT: String(port) });
  const child = spawn(process.execPath, ['--import', './standIn.js', 'bot.js'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'ignore', 'inherit']
  });
  const ended = once(child, 'exit');
  atSuiteEnd(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const use = async (timeoutMs?: number): Promise<boolean> =>
    (await discord.slash({ command: 'ping', ...(timeoutMs !== undefined && { timeoutMs }) }))?.content === 'pong';
  await until(() => use(500), 20_000);
  for (let used = 1; used < USES; used += 1) expect(await use()).toBe(true);
  await until(async () => (await prometheus.value('sum(bot_run_duration_count{operation="ping", status="ok"})')) >= USES);
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
});

interface Point {
  readonly count?: number;
  readonly asDouble?: number;
}

interface Exported {
  readonly resourceMetrics: readonly {
    readonly scopeMetrics: readonly {
      readonly metrics: readonly {
        readonly name: string;
        readonly histogram?: { readonly dataPoints: readonly Point[] };
        readonly sum?: { readonly dataPoints: readonly Point[] };
      }[];
    }[];
  }[];
}

test('the sample bot sends its metrics by OTLP, the last ones when it ends', async () => {
  const received: Exported[] = [];
  const collector = createServer((request, response) => {
    void json(request)
      .then((body) => request.url === '/v1/metrics' && received.push(body as Exported))
      .finally(() => response.end('{}'));
  });
  atSuiteEnd(() => closeNow(collector));
  const endpoint = `http://127.0.0.1:${await listenLocally(collector)}`;
  const database = await sqliteDatabase();
  await using discord = await DiscordStandIn.start();
  await using bot = await SampleBot.start({ database, discord, env: { METRICS: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } });
  await bot.use(USES);
  expect(await bot.stop()).toBe(0);

  const metrics = received.at(-1)?.resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
  // The end may interrupt the last one, of which no duration is told.
  const told = metrics?.filter(({ name }) => name.startsWith('bot.run.')) ?? [];
  const points = told.flatMap(({ histogram, sum }) => [...(histogram?.dataPoints ?? []), ...(sum?.dataPoints ?? [])]);
  const stored = Object.values(await outcomes(database)).reduce((sum, { runs }) => sum + runs, 0);
  expect(stored).toBeGreaterThanOrEqual(USES);
  expect(points.reduce((sum, { count, asDouble }) => sum + Number(count ?? asDouble), 0)).toBe(stored);
});

test('the page on metrics shows the files of the sample bot', async () => {
  const [prometheus, , otlp] = await shown('js');
  expect(prometheus).toBe(await readDocument('examples/bot/lib/metrics/prometheus.js'));
  expect(otlp).toBe(await readDocument('examples/bot/lib/metrics/otlp.js'));
});
