import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { temporaryFolder } from './databases.ts';
import { runSql } from './postgresSql.ts';
import { createDatabase, startServer } from './postgresSuite.ts';

describe('a database of the shared cluster', () => {
  test('is a fresh one at every call', async () => {
    const [first, second] = await Promise.all([createDatabase(), createDatabase()]);
    await runSql(first, 'create table mark (id int)');

    expect(await runSql(first, 'select * from mark')).toEqual([]);
    await expect(runSql(second, 'select * from mark')).rejects.toThrow('relation "mark" does not exist');
  });

  test('can be a copy of another one', async () => {
    const template = await createDatabase();
    await runSql(template, 'create table mark as select 7 as id');

    expect(await runSql(await createDatabase(template), 'select id from mark')).toEqual([{ id: 7 }]);
  });

  test('sorts text and counts hours unlike SQLite does', async () => {
    const url = await createDatabase();

    expect(await runSql(url, `select 'a' < 'B' as sorted, current_setting('timezone') as zone`)).toEqual([
      { sorted: true, zone: 'Pacific/Chatham' }
    ]);
  });
});

describe("a server of a suite's own", () => {
  test('keeps the committed rows and its URL when it is killed or stopped and started again', async () => {
    await using server = await startServer();
    const url = await server.createDatabase('kept');
    await server.query('create table mark as select 1 as id', url);

    await server.kill();
    await expect(server.query('select 1', url)).rejects.toThrow('ECONNREFUSED');
    await server.restart();
    await server.query('insert into mark values (2)', url);
    await server.stop();
    await expect(server.query('select 1', url)).rejects.toThrow('ECONNREFUSED');
    await server.restart();

    expect(await server.query('select id from mark order by id', url)).toEqual([{ id: 1 }, { id: 2 }]);
    await server.dropDatabase(url);
    await expect(server.query('select 1', url)).rejects.toThrow('database "kept" does not exist');
  });

  test('ends a statement that is under way when it is killed', async () => {
    await using server = await startServer();
    const outcome = server.query('select count(*) from generate_series(1, 1e12)').catch(String);
    while ((await server.query(`select from pg_stat_activity where query like '%1e12)'`)).length < 1) await sleep(10);

    await server.kill();

    expect(await outcome).toBe('Error: Connection terminated unexpectedly');
  });

  test('leaves neither a process nor a file when the process that started it is killed', async () => {
    const folder = await temporaryFolder();
    // As open as the temporary folder itself, for the account of the server.
    await chmod(folder, 0o755);
    const { child, processes } = await startInChild(folder);
    expect(processes.filter(isAlive)).toEqual(processes);
    expect(await readdir(folder)).toHaveLength(1);

    child.kill('SIGKILL');

    await expectSoon(async () => processes.filter(isAlive).length + (await readdir(folder)).length === 0);
  });
});

/** A Node process that has started a server and waits; `processes` are the ids of all processes of the server. */
async function startInChild(folder: string) {
  const script = `
    import { PostgresServer } from ${JSON.stringify(new URL('./postgres.ts', import.meta.url).href)};
    const server = await PostgresServer.start();
    const rows = await server.query('select pid from pg_stat_activity where pid <> pg_backend_pid()');
    const [postmaster] = await server.query("select split_part(pg_read_file('postmaster.pid'), E'\\\\n', 1)::int as pid");
    console.log(JSON.stringify([postmaster, ...rows].map(({ pid }) => pid)));
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit']
  });
  const [printed] = await once(child.stdout, 'data');
  const processes: number[] = JSON.parse(String(printed));
  return { child, processes };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function expectSoon(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await condition()) && Date.now() < deadline) await sleep(20);
  expect(await condition()).toBe(true);
}
