/**
 * The variables of a thread of ours: none of the bot's, but the one by which Node keeps what it has compiled, so that a bot that starts faster
 * by it has its thread do so too.
 */
export function threadEnvironment(): NodeJS.ProcessEnv {
  const { NODE_COMPILE_CACHE } = process.env;
  return NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE };
}
