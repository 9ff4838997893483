// Builds the package twice, for `import` and for `require`, into dist/. Plain JavaScript: it must run, and complain, on any Node.
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, renameSync, rmSync } from 'node:fs';
import process from 'node:process';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `This needs Node 22.18 or newer, and ${process.version} runs. npm brings its own Node 24 for the scripts of this project: ` +
      'run "npm ci" without --ignore-scripts.\n'
  );
  process.exit(1);
}

// Built beside the old one and then put in its place: what runs from dist/ meanwhile finds it whole.
const fresh = `dist.${process.pid}`;
try {
  // tsdown makes the declarations with this same compiler, but goes on after a type error.
  execFileSync('tsc', ['-p', 'tsconfig.build.json', '--noEmit'], { stdio: 'inherit' });
  execFileSync('tsdown', ['--config', 'scripts/tsdown.config.ts'], { stdio: 'inherit', env: { ...process.env, BUILD_FOLDER: fresh } });
  for (const format of ['esm', 'cjs']) copyFileSync('src/common/nodeCron.cjs', `${fresh}/${format}/common/nodeCron.cjs`);
  // Once for both: no program, and too large to be there twice.
  cpSync('src/render/picture/font', `${fresh}/font`, { recursive: true });
  rmSync('dist', { recursive: true, force: true });
  renameSync(fresh, 'dist');
} finally {
  rmSync(fresh, { recursive: true, force: true });
}
