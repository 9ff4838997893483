import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from '@jest/globals';
import { bareEnvironment } from './botEnvironment.ts';
import { temporaryFolder } from './databases.ts';
import { COMMAND_LINE } from './repository.ts';

/** The exit codes. */
export const DONE = 0;
export const FAILED = 1;
export const WRONG_USAGE = 2;

export interface CliResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** The Node that runs the very files that were built. Without it, their bundle is run, which starts in half the time. */
  readonly node?: string;
  /** The folder in which it runs; an empty one of its own when it is left out. */
  readonly cwd?: string;
  /** Under which account; this one when it is left out. */
  readonly account?: { readonly uid?: number; readonly gid?: number };
}

/** Runs the built command line as a process of its own, without a terminal, with no variables but PATH, HOME and those given. */
export async function runCli(args: readonly string[], { env = {}, node, cwd, account }: CliOptions = {}): Promise<CliResult> {
  const bundle = process.env['TEST_COMMAND_LINE'];
  if (bundle === undefined) throw new Error('The command line is not built: run "npm run build" first.');
  const folder = cwd ?? (await temporaryFolder());
  const inherited = { ...bareEnvironment(), HOME: process.env['HOME'] ?? folder };
  const child = spawn(node ?? process.execPath, [node === undefined ? bundle : COMMAND_LINE, ...args], {
    ...account,
    cwd: folder,
    env: { ...inherited, ...env },
    stdio: ['ignore', 'pipe', 'pipe']
  });
  const closed = once(child, 'close') as Promise<[number | null]>;
  const [stdout, stderr, [exitCode]] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return { exitCode, stdout, stderr };
}

/** Runs several commands at once, each as `runCli` does. */
export function runAll(commands: readonly (readonly string[])[], env: Readonly<Record<string, string>> = {}): Promise<CliResult[]> {
  return Promise.all(commands.map((args) => runCli(args, { env })));
}

/** Each command did what it was told, and complained of nothing. */
export function expectAllDone(results: readonly CliResult[]): void {
  expect(results.map(({ exitCode, stderr }) => ({ exitCode, stderr }))).toEqual(results.map(() => ({ exitCode: DONE, stderr: '' })));
}

/** The programs called `node` on this machine that are too old for the plugin: none is fine. */
export function tooOldNodes(): string[] {
  const folders = new Set([...(process.env['PATH'] ?? '').split(':'), '/usr/local/bin', '/usr/bin']);
  return [...folders]
    .map((folder) => join(folder, 'node'))
    .filter((node) => existsSync(node) && /^v(1\d|20|21)\./.test(spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout));
}
