import { describe, expect, test } from '@jest/globals';
import { onBothDatabases, postgresqlDatabase } from '../support/databases.ts';
import { DONE, expectAllDone, FAILED, runAll, runCli, type CliResult } from '../support/runCli.ts';

onBothDatabases((createDatabase) => {
  test('migrate makes the tables, also several times at once, and report needs them', async () => {
    const { env } = await createDatabase();
    expect(await runCli(['report'], { env })).toMatchObject({ exitCode: FAILED, stdout: '' });

    expectAllDone([await runCli(['migrate'], { env })]);
    const results = await runAll([['migrate'], ['report'], ['migrate'], ['status']], env);
    expectAllDone(results);
    expect(results[1]?.stdout).toContain('Nothing was recorded in these days.');
    expect(results[3]?.stdout).toContain('Stored: no events\n');
  });

  test('several processes that migrate the same empty database at once all succeed', async () => {
    for (let round = 0; round < 2; round += 1) {
      const { env } = await createDatabase();
      expectAllDone(await runAll([['migrate'], ['migrate'], ['migrate'], ['migrate']], env));
    }
  });
});

describe('the URL of a PostgreSQL database', () => {
  test('may name a schema, which then holds every table', async () => {
    const { env, sql } = await postgresqlDatabase();
    const withSchema = { TELEMETRY_DATABASE_URL: `${env['TELEMETRY_DATABASE_URL']}?schema=bot` };
    expectAllDone([await runCli(['migrate'], { env: withSchema }), await runCli(['report'], { env: withSchema })]);
    const rows = await sql("select schemaname from pg_tables where tablename like 'telemetry%'");
    expect(rows.map(({ schemaname }) => schemaname)).toEqual(rows.map(() => 'bot'));
    expect(rows.length).toBeGreaterThan(5);
  });

  test('may prefer TLS, and says so in words when it requires what the server does not have', async () => {
    const { env } = await postgresqlDatabase();
    const withMode = (mode: string): Promise<CliResult> =>
      runCli(['migrate'], { env: { TELEMETRY_DATABASE_URL: `${env['TELEMETRY_DATABASE_URL']}?sslmode=${mode}` } });
    expect(await withMode('disable')).toMatchObject({ exitCode: DONE, stderr: '' });
    expect(await withMode('require')).toMatchObject({ exitCode: FAILED, stderr: expect.stringMatching(/ssl|tls/i) });
    expect(await withMode('prefer')).toMatchObject({ exitCode: DONE, stderr: '' });
  });
});
