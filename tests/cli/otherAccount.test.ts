import { spawnSync } from 'node:child_process';
import { chmod, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from '@jest/globals';
import { sqliteDatabase } from '../support/databases.ts';
import { serverAccount } from '../support/postgresBinaries.ts';
import { COMMAND_LINE } from '../support/repository.ts';
import { DONE, FAILED, runCli, type CliResult } from '../support/runCli.ts';
import { openTestStore, writeEvents } from '../support/seedEvents.ts';
import { testWhere } from '../support/testWhere.ts';
import { someEvents } from './someEvents.ts';

/** An account that owns nothing. */
const account = await serverAccount();
const isOther =
  account.uid !== undefined && spawnSync(process.execPath, [COMMAND_LINE, '--help'], { ...account, cwd: '/', env: {} }).status === 0;
const asOther = testWhere(isOther, 'only root can act as somebody else, who has to reach the checkout');

function run(command: readonly string[], env: Readonly<Record<string, string>>): Promise<CliResult> {
  return runCli(command, { env, account, cwd: '/' });
}

async function setModes(file: string, ofFolder: number, ofFiles: number): Promise<void> {
  for (const name of await readdir(dirname(file))) await chmod(join(dirname(file), name), ofFiles);
  await chmod(dirname(file), ofFolder);
}

asOther('who may only read the folder and its file gets reports, while the bot runs and afterwards, and changes nothing', async () => {
  const database = await sqliteDatabase();
  const store = await openTestStore(database);
  await writeEvents(store, someEvents());
  await setModes(database.file, 0o555, 0o444);
  const whileOpen = await run(['report', '30', '--json'], database.env);
  await store.close();
  await setModes(database.file, 0o555, 0o444);
  const commands = [['report', '30', '--json'], ['status'], ['purge', '--all', '--yes']];
  const [report, status, purge] = await Promise.all(commands.map((command) => run(command, database.env)));
  expect(whileOpen).toMatchObject({ exitCode: DONE, stderr: '' });
  expect(JSON.parse(whileOpen.stdout)).toMatchObject({ features: expect.arrayContaining([expect.anything()]) });
  expect(report).toEqual(whileOpen);
  expect(status).toMatchObject({ exitCode: DONE, stderr: '', stdout: expect.stringContaining('Stored: 6 events') });
  const remedy = 'see that the bot may write to the folder TELEMETRY_DATA_DIR';
  expect(purge).toMatchObject({ exitCode: FAILED, stderr: expect.stringContaining(remedy) });
  expect(await database.sql('select * from telemetry_events')).toHaveLength(6);
});

asOther('a file that the process may write and does not own works, and its mode is told', async () => {
  const database = await sqliteDatabase();
  const store = await openTestStore(database);
  await writeEvents(store, someEvents());
  await store.close();
  await setModes(database.file, 0o777, 0o666);
  const told = 'others may read or change it: its mode is 666, which this process may not change';
  expect(await run(['purge'], database.env)).toMatchObject({ exitCode: DONE, stderr: '' });
  expect(await run(['status'], database.env)).toMatchObject({ exitCode: DONE, stdout: expect.stringContaining(told) });
});
