import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import type { TelemetryStatus } from '../../src/telemetry/status.ts';
import { ENABLED } from './bot.ts';
import { bareEnvironment } from './botEnvironment.ts';
import type { TestDatabase } from './databases.ts';
import { inRepository } from './repository.ts';

const PROGRAM = inRepository('tests/fixtures/trackingProcess.ts');

/** What a process said at its end: the lines that telemetry logged, and its status. */
interface Ended {
  readonly lines: string[];
  readonly status: TelemetryStatus;
}

/** Starts `count` processes at once on one database, and waits until each has recorded its runs and closed. */
export async function runTrackingProcesses(database: TestDatabase, count: number, runs: number): Promise<Ended[]> {
  const env = { ...bareEnvironment(), ...ENABLED, ...database.env, TELEMETRY_QUEUE_SIZE: '10000' };
  const running = Array.from({ length: count }, () => promisify(execFile)(process.execPath, [PROGRAM, String(runs)], { env }));
  await Promise.all(running.map(({ child }) => once(child.stdout as never, 'data')));
  for (const { child } of running) child.stdin?.end('go');
  return (await Promise.all(running)).map(({ stdout }) => JSON.parse(stdout.slice(stdout.indexOf('{'))) as Ended);
}
