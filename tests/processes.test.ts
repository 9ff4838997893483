import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import type { TelemetryStatus } from '../src/service.ts';
import { ENABLED } from './support/bot.ts';
import { countEvents, postgresqlDatabase } from './support/databases.ts';

const PROCESSES = 4;
const RUNS = 500;
const PROGRAM = fileURLToPath(new URL('fixtures/trackingProcess.ts', import.meta.url));

test('four processes that start at once on an empty PostgreSQL make the tables once, and each event is written once', async () => {
  const database = await postgresqlDatabase();
  const env = { PATH: process.env['PATH'], ...ENABLED, ...database.env, TELEMETRY_QUEUE_SIZE: '10000' };
  const results = await Promise.all(
    Array.from({ length: PROCESSES }, async () => {
      const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, String(RUNS)], { env });
      return JSON.parse(stdout) as { lines: string[]; status: TelemetryStatus };
    })
  );
  for (const { lines, status } of results) {
    expect(lines).toEqual([]);
    expect(status).toMatchObject({ state: 'closed', problem: null, queueLength: 0, inFlight: 0 });
    expect(status.ledger).toEqual({ made: 2 * RUNS, written: 2 * RUNS, sampledOut: 0, dropped: 0, refused: 0 });
  }
  expect(await countEvents(database)).toEqual({
    'discord.generator.preset.invoke': PROCESSES * RUNS,
    'discord.generator.preset.success': PROCESSES * RUNS
  });
  expect(await database.sql('select count(*) as migrations from telemetry_migrations')).toEqual([{ migrations: '1' }]);
});
