import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { DiscordStandIn } from '../../examples/stand-ins/discord.ts';
import { botEnvironment } from './botEnvironment.ts';
import { atSuiteEnd } from './postgresSuite.ts';
import { inRepository } from './repository.ts';

const PROBE = inRepository('tests/fixtures/probe.ts');

/** What a bot in a fresh process has loaded and set going, once it is logged in. */
export interface Probe {
  readonly mikroOrm: number;
  /** Where timers were set, each place once, and the jobs of node-cron: `src/pipeline/flusher.ts:74`, `node-cron: name`. */
  readonly timers: readonly string[];
  readonly listeners: readonly string[];
  readonly log: readonly string[];
}

/** Runs tests/fixtures/probe.ts in `cwd` with these variables of the plugin and no others, by default in a Discord of its own. */
export async function probe(cwd: string, env: Readonly<Record<string, string>>, discord?: DiscordStandIn): Promise<Probe> {
  if (discord === undefined) {
    await using own = await DiscordStandIn.start();
    return await probe(cwd, env, own);
  }
  const bot = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', PROBE], {
    cwd,
    env: botEnvironment(discord, env),
    stdio: ['ignore', 'pipe', 'pipe']
  });
  atSuiteEnd(async () => void bot.kill('SIGKILL'));
  const [output, errors] = await Promise.all([text(bot.stdout), text(bot.stderr)]);
  if (errors !== '') throw new Error(errors);
  return JSON.parse(output) as Probe;
}
