const OLDEST_NODE = [22, 17] as const;
const NOT_FOUND = new Set(['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND', 'ERR_PACKAGE_PATH_NOT_EXPORTED']);
/** A name as npm allows it, in any kind of quotes, and no path: what Node, Yarn, Bun and bundlers write of a module that they miss. */
const PACKAGE = /(?:package|module|access|require of|for) ["'`]?((?:@[a-z\d][\w.-]*\/)?[a-z\d][\w.-]*)["'`]?/i;
const SEE = 'see docs/bundling.md of sapphire-plugin-telemetry';

/** Why the modules that hold the database did not load, and what to do. Of the error's message, only the name of a package is told. */
export function loadProblem(error: unknown, node: string = process.versions.node): string {
  const [major = 0, minor = 0] = node.split('.').map(Number);
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    return `its modules need Node ${OLDEST_NODE.join('.')} or newer, and ${node} runs`;
  }
  const { code, message } = Object(error) as { code?: unknown; message?: unknown };
  const text = String(message);
  const name = PACKAGE.exec(text)?.[1] ?? 'of it';
  if (text.startsWith('Dynamic require of')) return `the bundle can't require the module ${name}: ${SEE}`;
  if (NOT_FOUND.has(String(code))) return `the package ${name} was not found: install again, with what the bot depends on; ${SEE}`;
  return `its modules failed to load (${typeof code === 'string' && /^[A-Z_]+$/.test(code) ? code : 'no code'}): install again; ${SEE}`;
}
