import { execFile, type ExecFileException } from 'node:child_process';
import { ENABLED } from './bot.ts';
import { bareEnvironment } from './botEnvironment.ts';
import type { TestDatabase } from './databases.ts';
import { inRepository } from './repository.ts';

const PROGRAM = inRepository('tests/fixtures/endingProcess.ts');

interface Ended {
  readonly exitCode: number;
  readonly output: string;
}

/** Runs a process that records `runs` runs and ends by itself, in the given way. */
export function runUntilEnd(database: TestDatabase, way: string, runs: number, node: readonly string[] = []): Promise<Ended> {
  const env = {
    ...bareEnvironment(),
    ...ENABLED,
    ...database.env,
    TELEMETRY_FLUSH_INTERVAL_MS: '600000',
    TELEMETRY_QUEUE_SIZE: '10000'
  };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [...node, PROGRAM, way, String(runs)],
      { env, timeout: 20_000 },
      (error: ExecFileException | null, stdout, stderr) =>
        resolve({ exitCode: error === null ? 0 : Number(error.code), output: stdout + stderr })
    );
  });
}
