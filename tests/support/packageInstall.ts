import { execFile } from 'node:child_process';
import { cp, readFile, symlink, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from './databases.ts';
import { inRepository } from './repository.ts';

const run = promisify(execFile);
const ROOT = inRepository('');
const NPM_MS = 180_000;

/** The package as it would be published. */
export interface Tarball {
  readonly file: string;
  /** The paths in it. */
  readonly paths: readonly string[];
}

/** Packs what is in dist/ now. No scripts: a build would pull dist/ away from under the other test files. */
export async function pack(): Promise<Tarball> {
  const folder = await temporaryFolder();
  const output = await npm(ROOT, 'pack', '--json', '--ignore-scripts', '--pack-destination', folder);
  const [packed] = JSON.parse(output) as [{ filename: string; files: { path: string }[] }];
  return { file: join(folder, packed.filename), paths: packed.files.map(({ path }) => path) };
}

/** The packages that a bot brings itself, by their names. */
export type Peers = Readonly<Record<string, string>>;

type ModuleType = 'module' | 'commonjs';

/** Copies a bot out of tests/fixtures/ into a folder far from the repository. */
async function copyBot(fixture: string, type: ModuleType): Promise<string> {
  const folder = await temporaryFolder();
  await cp(join(ROOT, 'tests', 'fixtures', fixture), folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'a-bot', private: true, type }));
  return folder;
}

/** A bot in a folder of its own, with the package installed as its users do, beside peers of the repository's own versions or of those given. */
export async function installBot(fixture: string, type: ModuleType, { file }: Tarball, versions?: Peers): Promise<string> {
  const folder = await copyBot(fixture, type);
  const names = new Set(['discord.js', '@sapphire/framework', ...Object.keys(versions ?? {})]);
  const peers = await Promise.all([...names].map(async (name) => `${name}@${versions?.[name] ?? (await versionHere(name))}`));
  await npm(folder, 'install', '--prefer-offline', '--no-audit', '--no-fund', file, ...peers);
  return folder;
}

/**
 * Type-checks modules of a bot with the repository's own compiler, all at once: most of its time goes into the types of discord.js. Resolves to
 * what it says of each; empty when all is well.
 */
export async function typeCheck(folder: string, sources: readonly string[]): Promise<string[]> {
  const files = sources.map((_, at) => `bot-${at}.ts`);
  for (const [at, source] of sources.entries()) await writeFile(join(folder, `bot-${at}.ts`), source);
  const options = [
    '--noEmit',
    '--strict',
    '--skipLibCheck',
    '--module',
    'nodenext',
    '--moduleResolution',
    'nodenext',
    '--target',
    'es2023'
  ];
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const said = await run(process.execPath, [tsc, ...options, ...files], { cwd: folder }).catch((error: { stdout: string }) => error);
  // What is said begins with the name of its file, and may go on in lines that are indented.
  const complaints = said.stdout.split(/\n(?! )/);
  const found = files.map((file) => complaints.filter((one) => one.startsWith(`${file}(`)).join('\n'));
  const others = complaints.filter((one) => one !== '' && !/^bot-\d+\.ts\(/.test(one));
  if (others.length > 0) throw new Error(others.join('\n'));
  return found;
}

async function versionHere(name: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(ROOT, 'node_modules', name, 'package.json'), 'utf8')) as { version: string };
  return version;
}

/** A bot in a folder of its own, with what was installed for another: npm would do the very same for it. */
export async function shareInstall(fixture: string, type: ModuleType, installed: string): Promise<string> {
  const folder = await copyBot(fixture, type);
  await symlink(join(installed, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** With the Node that runs the tests, whatever Node npm would find. */
async function npm(cwd: string, ...args: readonly string[]): Promise<string> {
  const env = { ...process.env, PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter) };
  return (await run('npm', args, { cwd, env, timeout: NPM_MS })).stdout;
}
