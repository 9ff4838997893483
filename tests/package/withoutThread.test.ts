import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { ENABLED } from '../support/bot.ts';
import { bareEnvironment } from '../support/botEnvironment.ts';
import { outcomes, sqliteDatabase, temporaryFolder, type TestDatabase } from '../support/databases.ts';
import { inRepository } from '../support/repository.ts';

/** Records three runs with what was built, and prints what it logged. */
const PROGRAM = `
import { ThrottledLogger } from './esm/logging/throttledLogger.js';
import { createTelemetry } from './esm/telemetry/createTelemetry.js';
const say = (line) => console.log(line);
const { service } = createTelemetry(process.env, undefined, new ThrottledLogger(() => ({ info: say, warn: say, error: say })));
service.start();
for (let run = 0; run < 3; run += 1) service.track({ surface: 'discord', feature: 'seeds', operation: 'roll' }, () => run);
while (service.status().state !== 'open' && service.status().problem === null) await new Promise((resolve) => setTimeout(resolve, 10));
await service.close();
`;

const TOLD = /SQLite works on the thread of the bot/;

/** What was built for `import`, in a folder of its own, without one of its files or of the packages that it needs. */
async function buildWithout({ file, name }: { readonly file?: string; readonly name?: string }): Promise<string> {
  const folder = await temporaryFolder();
  await cp(inRepository('dist/esm'), join(folder, 'esm'), { recursive: true });
  if (file !== undefined) await rm(join(folder, 'esm', file));
  const modules = join(folder, 'node_modules');
  await mkdir(modules);
  for (const one of await readdir(inRepository('node_modules')))
    if (one !== name) await symlink(inRepository(`node_modules/${one}`), join(modules, one));
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await writeFile(join(folder, 'main.js'), PROGRAM);
  return folder;
}

async function run(folder: string, database: TestDatabase): Promise<string> {
  const env = { ...bareEnvironment(), ...ENABLED, ...database.env };
  return (await promisify(execFile)(process.execPath, [join(folder, 'main.js')], { env })).stdout;
}

test.each([true, false])(
  'a bundle in which the program of the thread is there (%s) records all the same, and is told where it is not',
  async (isThere) => {
    const database = await sqliteDatabase();
    const printed = await run(await buildWithout(isThere ? {} : { file: 'storage/thread/storeThread.js' }), database);
    expect({ isThere, isTold: TOLD.test(printed) }).toEqual({ isThere, isTold: !isThere });
    expect(await outcomes(database)).toEqual({ 'discord.seeds.roll': { runs: 3, ok: 3, failed: 0 } });
  }
);

test('a package that only the thread loads is named where it is missing, with what to do', async () => {
  const printed = await run(await buildWithout({ name: 'kysely' }), await sqliteDatabase());
  expect(printed).toMatch(/cannot open its database: the package kysely was not found: install again/);
  expect(printed).not.toMatch(/the thread of SQLite ended/);
});
