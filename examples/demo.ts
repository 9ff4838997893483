// The sample bot and a day of its life in a few seconds: node examples/demo.ts, after npm run build. With DISCORD_TOKEN set it joins Discord
// instead, as the bot of that token.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { BOT, BotProcess, PACKAGE_ROOT } from './demo/botProcess.ts';
import { drive } from './demo/drive.ts';
import { EARLIER_DAYS, makeEarlierDays } from './demo/earlierDays.ts';
import { TelemetryUser } from './demo/owner.ts';
import { RacetimeTraffic } from './demo/racetimeTraffic.ts';
import { COMMANDS, FIRST_FAULTS, makeTraffic } from './demo/traffic.ts';
import { WebTraffic } from './demo/webTraffic.ts';
import { DiscordStandIn } from './stand-ins/discord.ts';
import { ProviderStandIn } from './stand-ins/provider.ts';

const DATA_DIR = '.telemetry-demo';
const GUILDS = ['Randomizer HQ', 'Triforce Hunters', 'Zebes', 'Mystery Monday', 'The Ladder', 'Speed Club', 'Lunch Races', 'Kakariko Inn'];
/** Uses of the bot; a test takes fewer. */
const USES = Number(process.env['DEMO_USES'] ?? 640);
/** So that the days which are made up are kept. */
const KEPT_DAYS = '60';
const START_MS = 15_000;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** What was asked and what was answered, as in Discord. */
function show(who: string, command: string, answer: string): void {
  say(`\n${who} > ${command}\n\n${answer.trimEnd().replaceAll(/^(?=.)/gm, '  ')}`);
}

async function demonstrate(): Promise<void> {
  // The process then ends as it should, and takes the bot with it.
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
  rmSync(DATA_DIR, { recursive: true, force: true });
  mkdirSync(DATA_DIR);
  await using cleanup = new AsyncDisposableStack();
  const discord = cleanup.adopt(await DiscordStandIn.start({ guilds: GUILDS.map((name) => ({ name })) }), (one) => one.stop());
  const provider = cleanup.adopt(await ProviderStandIn.start({ delayMs: 40, slowMs: 5_000, faultRate: 0.01 }), (one) => one.stop());
  provider.next(...FIRST_FAULTS);
  const racetime = cleanup.adopt(await RacetimeTraffic.start(USES / 10), (one) => one.stop());
  const web = cleanup.adopt(await WebTraffic.start(USES / 10), (one) => one.stop());

  const log = join(DATA_DIR, 'bot.log');
  const bot = new BotProcess(
    {
      DISCORD_TOKEN: discord.token,
      DISCORD_API: discord.restUrl,
      PROVIDER_URL: provider.url,
      ...racetime.env,
      ...web.env,
      DAILY_CHANNEL_ID: discord.guilds[0]?.channelId ?? '',
      TELEMETRY_ENABLED: 'true',
      TELEMETRY_HASH_SALT: randomBytes(32).toString('hex'),
      TELEMETRY_DATA_DIR: relative(PACKAGE_ROOT, resolve(DATA_DIR))
    },
    log
  );
  const registered = (): boolean => COMMANDS.every((name) => discord.commands.some((command) => command.name === name));
  await bot.until(registered, 'registered its commands', START_MS);
  await bot.until(() => racetime.isJoined, 'joined the race rooms', START_MS);
  say(`The sample bot has joined stand-ins of Discord with ${GUILDS.length} guilds and of racetime.gg. A day of use:`);

  if (web.announcements === 0) say('No redis-server is installed here, so the bot runs without its scheduled task.');

  const uses = [...makeTraffic(discord, USES), ...web.uses, ...racetime.uses];
  const unanswered = await drive(uses, () => bot.assertRunning());
  if (unanswered > 0) say(`  ${unanswered} of them got no answer in time.`);

  const owner = new TelemetryUser(discord, discord.owner);
  await owner.assertRuns(uses.length + racetime.seeds + web.announcements);
  show("The application's owner", '/telemetry report days:1 format:text', await owner.ask('report', { days: 1, format: 'text' }));
  show("The application's owner", '/telemetry status', await owner.ask('status'));
  show('Someone else', '/telemetry report', await new TelemetryUser(discord, discord.player).ask('report'));

  await bot.stop();
  const file = join(DATA_DIR, 'telemetry.db');
  if (!existsSync(file)) throw new Error(`The bot has stopped and left no ${file}`);
  say(`\nAll ${uses.length} uses are in the report, and nobody's name. The bot has stopped; its database is ${file}. Look at it:`);
  for (const command of ['report 1', 'status'])
    say(`  TELEMETRY_DATA_DIR=${DATA_DIR} TELEMETRY_RETENTION_DAYS=${KEPT_DAYS} npx sapphire-telemetry ${command}`);
  await lookBack();
}

/** A day alone has nothing to compare with: days before it are made up, and shown as the command line does. */
async function lookBack(): Promise<void> {
  const made = await makeEarlierDays(DATA_DIR, USES / 3);
  say(
    `\nNow ${EARLIER_DAYS} days before today are made up, with ${made.toLocaleString('en-US')} runs that never were, so that there is something to compare:`
  );
  const files = { '--html': join(DATA_DIR, 'report.html'), '--png': join(DATA_DIR, 'report.png') };
  show('In a terminal', 'npx sapphire-telemetry report 14', await reportOn(DATA_DIR));
  for (const [format, path] of Object.entries(files)) await reportOn(DATA_DIR, format, path);
  say(`\nThe same as a page and as a picture: ${Object.values(files).join(', ')}`);
}

/** What the command line prints, whose settings keep the days that were made up. */
async function reportOn(dataDir: string, ...options: readonly string[]): Promise<string> {
  const env = { PATH: process.env['PATH'], TELEMETRY_DATA_DIR: dataDir, TELEMETRY_RETENTION_DAYS: KEPT_DAYS };
  const cli = fileURLToPath(new URL('../dist/esm/cli/main.js', import.meta.url));
  return (await promisify(execFile)(process.execPath, [cli, 'report', '14', ...options], { env })).stdout;
}

/** The bot in this process, against Discord. Only the seeds come from a stand-in, unless PROVIDER_URL says otherwise. */
async function joinDiscord(): Promise<void> {
  process.env['PROVIDER_URL'] ??= (await ProviderStandIn.start()).url;
  process.chdir(PACKAGE_ROOT);
  await import(pathToFileURL(BOT).href);
}

try {
  if (!existsSync(fileURLToPath(import.meta.resolve('sapphire-plugin-telemetry/register')))) throw new Error('Run npm run build first');
  if (!Number.isInteger(USES) || USES < 1) throw new Error('DEMO_USES is a whole number of uses');
  await (process.env['DISCORD_TOKEN'] ? joinDiscord() : demonstrate());
} catch (error) {
  process.stderr.write(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
