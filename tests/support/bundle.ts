import { join } from 'node:path';
import { build } from 'esbuild';
import { inRepository } from './repository.ts';

/** What is CommonJS in a bundle requires with it. */
const REQUIRE = "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);";

/**
 * Bundles the program of SQLite's thread and all that it imports into files in `folder`. Most of what a start of the thread costs is to find and to
 * read the 400 modules of MikroORM and Kysely, and the tests start hundreds.
 * @returns the path of the program.
 */
export async function bundleStoreThread(folder: string): Promise<string> {
  await build({
    entryPoints: [inRepository('src/storage/thread/storeThread.ts')],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    keepNames: true,
    banner: { js: REQUIRE },
    logLevel: 'warning'
  });
  return join(folder, 'storeThread.mjs');
}
