import type { DiscordStandIn } from '../../examples/stand-ins/discord.ts';

/** The variables of a bot in a process of its own that logs in to `discord`: `env`, and of this process's those that are nobody's settings. */
export function botEnvironment(
  discord: Pick<DiscordStandIn, 'restUrl' | 'token'>,
  env: Readonly<Record<string, string>>
): Record<string, string | undefined> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(TELEMETRY_|MIKRO_ORM_|NODE_OPTIONS|JEST_)/.test(name));
  return { ...Object.fromEntries(inherited), DISCORD_API: discord.restUrl, DISCORD_TOKEN: discord.token, ...env };
}

/** Of this process's variables those that any program needs, and what makes it start faster. */
export function bareEnvironment(): Record<string, string> {
  const { PATH = '', NODE_COMPILE_CACHE } = process.env;
  return { PATH, ...(NODE_COMPILE_CACHE !== undefined && { NODE_COMPILE_CACHE }) };
}
