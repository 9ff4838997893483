import { expect, test } from '@jest/globals';
import { postgresqlMigrations } from '../../migrations/index.ts';
import { allTables } from '../../src/schema/dictionary.ts';
import { onBothDatabases, outcomes } from '../support/databases.ts';
import { expectCountersToAddUp } from '../support/counters.ts';
import { runTrackingProcesses } from '../support/trackingProcesses.ts';

const PROCESSES = 4;
const RUNS = 200;
/** SQLite lets one process write: the others say so, once, and come again. */
const told = {
  PostgreSQL: /^never$/,
  SQLite: /cannot (open|write to) its database: SQLite|could not purge old events: SQLite/
};

onBothDatabases((createDatabase) => {
  test('four processes at once on an empty database make each table once, and write all that they recorded', async () => {
    const database = await createDatabase();
    const results = await runTrackingProcesses(database, PROCESSES, RUNS);
    for (const { lines, status } of results) {
      expectCountersToAddUp(status);
      expect(status).toMatchObject({ state: 'closed', inFlight: 0, counters: { made: 2 * RUNS, written: 2 * RUNS } });
      expect(lines.filter((line) => !told[database.engine].test(line))).toEqual([]);
      expect(new Set(lines.map((line) => line.split(':')[0])).size).toBe(lines.length);
    }
    const all = PROCESSES * RUNS;
    expect(await outcomes(database)).toEqual({ 'discord.generator.preset': { runs: all, ok: all, failed: 0 } });
    const [row] = await database.sql('select count(*) as migrations from telemetry_migrations');
    expect(Number(row?.['migrations'])).toBe(postgresqlMigrations.length);
    for (const { name } of Object.values(allTables)) await database.sql(`select * from ${name} limit 1`);
  });
});
