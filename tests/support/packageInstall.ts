import { execFile } from 'node:child_process';
import { cp, readFile, writeFile } from 'node:fs/promises';
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

/**
 * Copies a bot out of tests/fixtures/ into a folder far from the repository, and installs the package there as its users do, beside peers of the
 * repository's own versions or of those given.
 */
export async function installBot(fixture: string, type: 'module' | 'commonjs', { file }: Tarball, versions?: Peers): Promise<string> {
  const folder = await temporaryFolder();
  await cp(join(ROOT, 'tests', 'fixtures', fixture), folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'a-bot', private: true, type }));
  const names = new Set(['discord.js', '@sapphire/framework', ...Object.keys(versions ?? {})]);
  const peers = await Promise.all([...names].map(async (name) => `${name}@${versions?.[name] ?? (await versionHere(name))}`));
  await npm(folder, 'install', '--prefer-offline', '--no-audit', '--no-fund', file, ...peers);
  return folder;
}

/** Type-checks one file of a bot with the repository's own compiler. Resolves to what the compiler says; empty when all is well. */
export async function typeCheck(folder: string, file: string, source: string): Promise<string> {
  await writeFile(join(folder, file), source);
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
  try {
    return (await run(process.execPath, [tsc, ...options, file], { cwd: folder })).stdout;
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

async function versionHere(name: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(ROOT, 'node_modules', name, 'package.json'), 'utf8')) as { version: string };
  return version;
}

/** With the Node that runs the tests, whatever Node npm would find. */
async function npm(cwd: string, ...args: readonly string[]): Promise<string> {
  const env = { ...process.env, PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter) };
  return (await run('npm', args, { cwd, env, timeout: NPM_MS })).stdout;
}
