import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { COMMAND_LINE, inRepository } from './repository.ts';

/** What is CommonJS in a bundle requires with it. */
const REQUIRE = "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);";
const STORE_THREAD = inRepository('src/storage/thread/storeThread.ts');
/** Looks for its thread and its font where it lies. */
const PICTURES = inRepository('dist/esm/render/picture/*');

/**
 * Bundles the program of SQLite's thread, and the built command line where there is one. Most of what either costs at its start is to find and to
 * read the 600 modules that it imports, and the tests start hundreds of both.
 */
export async function makeBundles(folder: string): Promise<void> {
  const isBuilt = existsSync(COMMAND_LINE);
  await build({
    entryPoints: { storeThread: STORE_THREAD, ...(isBuilt && { commandLine: COMMAND_LINE }) },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    external: [PICTURES],
    platform: 'node',
    format: 'esm',
    keepNames: true,
    banner: { js: REQUIRE },
    logLevel: 'warning'
  });
  process.env['TEST_STORE_THREAD'] = join(folder, 'storeThread.mjs');
  if (isBuilt) process.env['TEST_COMMAND_LINE'] = join(folder, 'commandLine.mjs');
}
