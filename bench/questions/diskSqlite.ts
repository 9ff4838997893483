// What does a day with an event a second write to SQLite's disk, and how often does it wait for it? Two events a batch, as the flusher's interval
// gives them, and the purge, the roll-up and the rebuild of a day; megabytes, and calls of fsync.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT, temporaryFolder } from '../support/folder.ts';
import type { BenchOptions } from '../support/options.ts';
import { printTable } from '../support/table.ts';

const PROGRAM = join(ROOT, 'bench/support/dayOnDisk.ts');
const BATCH_SIZES = [2, 1_000];
const SYNC = /\b(?:fsync|fdatasync)\(/g;

interface Day {
  readonly bytes: number;
  readonly events: number;
  /** `undefined` on a machine without strace. */
  readonly syncs: number | undefined;
}

export async function diskSqlite({ against }: BenchOptions): Promise<void> {
  const lines: (string | number)[][] = [];
  for (const size of BATCH_SIZES) {
    const other = against === undefined ? undefined : await dayOf(against, size);
    const day = await dayOf(ROOT, size);
    lines.push(lineOf(`by ${size.toLocaleString('en-US')}`, day, other));
    if (other !== undefined) lines.push(lineOf(`by ${size.toLocaleString('en-US')}, the other`, other, undefined));
  }
  printTable('SQLite: what 86,400 events of a day write to disk', ['', '÷ other', 'MB', 'bytes an event', 'syncs'], lines, [
    'Bytes that were handed to the operating system. The day before the last is rolled up and rebuilt, and the oldest is purged.'
  ]);
}

const lineOf = (name: string, { bytes, events, syncs }: Day, other: Day | undefined): (string | number)[] => [
  name,
  other === undefined ? '' : bytes / other.bytes,
  bytes / 1e6,
  bytes / events,
  syncs ?? 'unknown'
];

async function dayOf(checkout: string, batchSize: number): Promise<Day> {
  const folder = await temporaryFolder();
  const trace = join(folder, 'trace');
  const command = [process.execPath, PROGRAM, checkout, folder, String(batchSize)];
  const run = promisify(execFile);
  const traced = run('strace', ['-V']).then(
    () => true,
    () => false
  );
  const [program = '', ...args] = (await traced)
    ? ['strace', '-f', '-qq', '-s', '8', '-e', 'trace=fsync,fdatasync', '-o', trace, ...command]
    : command;
  const { stdout } = await run(program, args, { cwd: checkout });
  const text = await readFile(trace, 'utf8').catch(() => undefined);
  const day = JSON.parse(stdout) as Omit<Day, 'syncs'>;
  return { ...day, syncs: text === undefined ? undefined : [...text.matchAll(SYNC)].length };
}
