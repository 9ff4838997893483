import { setTimeout as wait } from 'node:timers/promises';
import type { ActiveTelemetry, EnabledSettings } from '../../src/telemetry/activeTelemetry.ts';
import type { TelemetryClientOptions } from '../../src/telemetry/clientOptions.ts';
import { atEnd } from './cleanup.ts';
import type { Plugin } from './plugin.ts';

type Environment = Readonly<Record<string, string>>;

/** What turns telemetry on. */
export const ENABLED: Environment = {
  TELEMETRY_ENABLED: 'true',
  TELEMETRY_HASH_SALT: 'cbca9867a48de48901fec0af33b39f10de0f5b38271bb218'
};
const GUILD_IDS = Array.from({ length: 500 }, (_, index) => String(100_000_000_000_000_000n + BigInt(index)));

/** Telemetry that is on in this process, its database open. It is closed at the end. */
export async function startTelemetry(
  { ActiveTelemetry, ...plugin }: Plugin,
  env: Environment,
  options: TelemetryClientOptions = {}
): Promise<ActiveTelemetry> {
  const settings = plugin.readSettings({ ...ENABLED, ...env }) as EnabledSettings;
  const telemetry = new ActiveTelemetry({ settings, options, log: quietLogger(plugin) });
  await telemetry.ready();
  telemetry.start();
  atEnd(() => telemetry.close());
  while (telemetry.status().state !== 'open') await wait(20);
  return telemetry;
}

/** A logger that only passes on what is wrong. */
export function quietLogger({ ThrottledLogger }: Pick<Plugin, 'ThrottledLogger'>): InstanceType<Plugin['ThrottledLogger']> {
  return new ThrottledLogger(() => ({ info: () => undefined, warn: complain, error: complain }));
}

function complain(message: string): void {
  process.stderr.write(`${message}\n`);
}

/** Makes runs as the listeners of a command do: each begins, succeeds and ends, which is two events. */
export function makeRuns({ runs }: ActiveTelemetry, count: number): void {
  for (let run = 0; run < count; run += 1) {
    const key = {};
    runs.begin(key, {
      surface: 'discord',
      feature: 'generator',
      operation: 'preset',
      provider: 'alttpr',
      guildId: GUILD_IDS[run % GUILD_IDS.length]
    });
    runs.succeed(key);
    runs.end(key);
  }
}
