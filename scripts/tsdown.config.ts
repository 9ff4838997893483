import { fileURLToPath } from 'node:url';
import { defineConfig, type UserConfig } from 'tsdown';

const folder = process.env['BUILD_FOLDER'] ?? 'dist';
// A file that is started by its path, such as a worker, needs its line here: nothing imports it.
const library = {
  index: 'src/index.ts',
  register: 'src/register.ts',
  'storage/thread/storeThread': 'src/storage/thread/storeThread.ts',
  'render/picture/pngThread': 'src/render/picture/pngThread.ts'
};

const shared: UserConfig = {
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  // Must lie at the top: its folder is taken for the root of the declarations.
  tsconfig: 'tsconfig.build.json',
  platform: 'node',
  target: 'node22.17',
  // One file for each source file, below dist/esm and dist/cjs as they lie below src/; config/ and migrations/ come to lie beside them.
  unbundle: true,
  root: 'src',
  fixedExtension: false,
  sourcemap: true,
  dts: { sourcemap: false },
  // No package may end up inside the build, and one file is left as it is for the bundler of a bot (src/common/cron.ts).
  deps: { onlyBundle: [], neverBundle: [/nodeCron\.cjs$/] },
  failOnWarn: true,
  // TypeScript 7 has no API: its tsc is run for the declarations. And the CommonJS build is meant.
  suppressWarnings: [/does not yet have a stable API/, /using the ESM format/],
  checks: { pluginTimings: false },
  logLevel: 'warn'
};

export default defineConfig([
  { ...shared, format: 'esm', outDir: `${folder}/esm`, entry: { ...library, 'cli/main': 'src/cli/main.ts' } },
  { ...shared, format: 'cjs', outDir: `${folder}/cjs`, entry: library }
]);
