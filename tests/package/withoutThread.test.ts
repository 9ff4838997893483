import { execFile } from 'node:child_process';
import { cp, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { ENABLED } from '../support/bot.ts';
import { outcomes, sqliteDatabase, temporaryFolder } from '../support/databases.ts';
import { inRepository } from '../support/repository.ts';

/** Records three runs with what was built, and prints what it logged. */
const PROGRAM = `
import { ThrottledLogger } from './esm/logging/throttledLogger.js';
import { createTelemetry } from './esm/telemetry/createTelemetry.js';
const say = (line) => console.log(line);
const { service } = createTelemetry(process.env, undefined, new ThrottledLogger(() => ({ info: say, warn: say, error: say })));
service.start();
for (let run = 0; run < 3; run += 1) service.track({ surface: 'discord', feature: 'seeds', operation: 'roll' }, () => run);
while (service.status().state !== 'open') await new Promise((resolve) => setTimeout(resolve, 10));
await service.close();
`;

const TOLD = /SQLite works on the thread of the bot/;

test.each([true, false])(
  'a bundle in which the program of the thread is there (%s) records all the same, and is told where it is not',
  async (isThere) => {
    const [folder, database] = [await temporaryFolder(), await sqliteDatabase()];
    await cp(inRepository('dist/esm'), join(folder, 'esm'), { recursive: true });
    if (!isThere) await rm(join(folder, 'esm/storage/thread/storeThread.js'));
    await symlink(inRepository('node_modules'), join(folder, 'node_modules'));
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
    await writeFile(join(folder, 'main.js'), PROGRAM);
    const env = { PATH: process.env['PATH'], ...ENABLED, ...database.env };
    const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'main.js')], { env });
    expect({ isThere, isTold: TOLD.test(stdout) }).toEqual({ isThere, isTold: !isThere });
    expect(await outcomes(database)).toEqual({ 'discord.seeds.roll': { runs: 3, ok: 3, failed: 0 } });
  }
);
