import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { DiscordStandIn } from '../../examples/stand-ins/discord.ts';
import { atSuiteEnd } from './postgresSuite.ts';

const PROBE = fileURLToPath(new URL('../fixtures/probe.ts', import.meta.url));

/** What a bot in a fresh process has loaded and set going, once it is logged in. */
export interface Probe {
  readonly mikroOrm: number;
  readonly timers: number;
  readonly listeners: readonly string[];
  readonly log: readonly string[];
}

/** Runs tests/fixtures/probe.ts in `cwd` with these variables of the plugin and no others, by default in a Discord of its own. */
export async function probe(cwd: string, env: Readonly<Record<string, string>>, given?: DiscordStandIn): Promise<Probe> {
  const discord = given ?? (await DiscordStandIn.start());
  const inherited = Object.entries(process.env).filter(([name]) => !/^(TELEMETRY_|MIKRO_ORM_|NODE_OPTIONS|JEST_)/.test(name));
  const bot = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', PROBE], {
    cwd,
    env: { ...Object.fromEntries(inherited), DISCORD_API: discord.restUrl, DISCORD_TOKEN: discord.token, ...env },
    stdio: ['ignore', 'pipe', 'pipe']
  });
  atSuiteEnd(async () => void bot.kill('SIGKILL'));
  const [output, errors] = await Promise.all([text(bot.stdout), text(bot.stderr)]);
  if (given === undefined) await discord.stop();
  if (errors !== '') throw new Error(errors);
  return JSON.parse(output) as Probe;
}
