import { cp, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from './databases.ts';
import { inRepository } from './repository.ts';

const ROOT = inRepository('');
const NAME = 'sapphire-plugin-telemetry';

/** Copies a bot out of tests/fixtures/ into a folder far from the repository. It has the package as it is built in dist/, and the repository's packages. */
export async function linkBot(fixture: string): Promise<string> {
  const folder = await temporaryFolder();
  await cp(join(ROOT, 'tests', 'fixtures', fixture), folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'a-bot', private: true, type: 'module' }));
  const [installed, modules] = [join(ROOT, 'node_modules'), join(folder, 'node_modules')];
  await mkdir(modules);
  for (const name of await readdir(installed)) await symlink(join(installed, name), join(modules, name));
  await copyPackage(modules);
  return folder;
}

/**
 * Copies tests/fixtures/pluginsBot into a folder far from the repository. It has the package once more below `a-bot-library`, which
 * imports its own; both share the one framework of the repository.
 */
export async function installCopies(): Promise<string> {
  const folder = await linkBot('pluginsBot');
  const library = join(folder, 'node_modules', 'a-bot-library');
  await copyPackage(join(library, 'node_modules'));
  const exports = { import: './index.mjs', require: './index.cjs' };
  await writeFile(join(library, 'package.json'), JSON.stringify({ name: 'a-bot-library', version: '1.0.0', exports }));
  await writeFile(join(library, 'index.mjs'), `import '${NAME}/register';`);
  await writeFile(join(library, 'index.cjs'), `require('${NAME}/register');`);
  return folder;
}

async function copyPackage(modules: string): Promise<void> {
  for (const part of ['package.json', 'dist']) await cp(join(ROOT, part), join(modules, NAME, part), { recursive: true });
}
