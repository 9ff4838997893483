import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import { container } from '@sapphire/framework';
import { until } from '../support/bot.ts';
import { expectCountersInDatabase, expectCountersToAddUp } from '../support/counters.ts';
import { outcomes, sqliteDatabase, temporaryFolder } from '../support/databases.ts';
import { atSuiteEnd } from '../support/postgresSuite.ts';
import { testWhere } from '../support/testWhere.ts';
import { allWritten, drive, driveWhile, expectOutageTold, forSomeTime, times } from '../support/traffic.ts';
import { startPingBot } from './pingBot.ts';

const FAULT_MS = 1_500;

/** A process that holds the file's write lock until it is released. */
async function lock(file: string): Promise<() => Promise<void>> {
  const program = `const db = new (require('node:sqlite').DatabaseSync)(process.argv[1], { timeout: 5000 });
    db.exec('begin immediate'); process.stdout.write('locked'); setInterval(() => db, 1000);`;
  const other = spawn(process.execPath, ['-e', program, file], { stdio: ['ignore', 'pipe', 'ignore'] });
  atSuiteEnd(async () => void other.kill('SIGKILL'));
  await once(other.stdout, 'data');
  return async () => {
    other.kill('SIGKILL');
    await once(other, 'close');
  };
}

test('a file that another process has locked is written when that process is gone', async () => {
  const database = await sqliteDatabase();
  await using bot = await startPingBot(database);
  const sent = await driveWhile(bot, async () => {
    const release = await lock(database.file);
    await until(() => container.telemetry.status().problem !== null);
    await wait(FAULT_MS);
    await release();
    await until(() => container.telemetry.status().problem === null);
  });
  await allWritten();
  expect(container.telemetry.status().counters).toMatchObject({ made: 2 * sent, written: 2 * sent });
  await expectCountersInDatabase(database);
  expectOutageTold(bot, 'SQLite 5 .*another process writes to the file');
});

test('a file that is locked while the bot goes down and free again a second later is written', async () => {
  const database = await sqliteDatabase();
  await using bot = await startPingBot(database);
  const sent = await drive(bot, times(10));
  const release = await lock(database.file);
  const more = await drive(bot, times(10));
  const stopping = bot.stop();
  await wait(1_000);
  await release();
  await stopping;
  expect(container.telemetry.status().counters).toMatchObject({ made: 2 * (sent + more), written: 2 * (sent + more) });
  await expectCountersInDatabase(database);
});

test.each<[string, (file: string) => Promise<void>]>([
  ['deleted with its journal', (file) => removeAll(['', '-wal', '-shm'].map((suffix) => `${file}${suffix}`))],
  ['deleted without its journal', (file) => rm(file)]
])('a file that is %s is made anew, and has what is recorded from then on', async (_, destroy) => {
  const database = await sqliteDatabase();
  await using bot = await startPingBot(database);
  const before = await drive(bot, times(5));
  await allWritten();
  await destroy(database.file);
  const after = await drive(bot, times(10));
  await allWritten();
  expectCountersToAddUp();
  expect(container.telemetry.status().counters).toMatchObject({ made: 2 * (before + after), written: 2 * (before + after) });
  expect(await outcomes(database)).toEqual({ 'discord.ping.ping': { runs: after, ok: after, failed: 0 } });
  expectOutageTold(bot, 'telemetry.db was deleted, moved away or emptied, and a new one was made');
});

test.each<[string, (file: string) => Promise<void>, RegExp]>([
  ['cut short', (file) => truncate(file, 5_000), /the file is damaged: move it away/],
  ['emptied', (file) => truncate(file, 0), /SQLite (11|26) .*move it away/]
])('what waits while a file is %s is written to a new one as soon as the operator moves the damaged one away', async (_, damage, told) => {
  const database = await sqliteDatabase();
  await using bot = await startPingBot(database);
  const before = await drive(bot, times(5));
  await allWritten();
  await damage(database.file);
  const during = await drive(bot, forSomeTime(FAULT_MS));
  expect(container.telemetry.status().counters.written).toBe(2 * before);
  const present = ['', '-wal', '-shm'].map((suffix) => `${database.file}${suffix}`).filter((file) => existsSync(file));
  for (const file of present) await rename(file, `${file}.damaged`);
  const after = await drive(bot, times(5));
  await allWritten();
  expectCountersToAddUp();
  expect(container.telemetry.status().counters).toMatchObject({ dropped: 0, refused: 0, written: 2 * (before + during + after) });
  expect(await outcomes(database)).toEqual({ 'discord.ping.ping': { runs: during + after, ok: during + after, failed: 0 } });
  expect(await database.sql('pragma integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  expectOutageTold(bot, told);
});

async function removeAll(files: readonly string[]): Promise<void> {
  for (const file of files) await rm(file);
}

/** Root may write to whatever has its mode alone; only an attribute of the file system stops it. */
const immutable = (flag: '+i' | '-i', file: string): void => {
  for (const one of [file, `${file}-wal`].filter((name) => existsSync(name))) execFileSync('chattr', [flag, one], { stdio: 'ignore' });
};
const releases: (() => void)[] = [];
afterEach(() => {
  for (const release of releases.splice(0)) release();
});

async function canForbidWriting(): Promise<boolean> {
  const file = join(await temporaryFolder(), 'file');
  await writeFile(file, '');
  try {
    execFileSync('chattr', ['+i', file], { stdio: 'ignore' });
    execFileSync('chattr', ['-i', file], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const readOnly = testWhere(await canForbidWriting(), 'this account may not make a file of the temporary folder immutable');

readOnly('a file that is made read-only is written when it may be again', async () => {
  const database = await sqliteDatabase();
  await using bot = await startPingBot(database);
  await drive(bot, times(3));
  await allWritten();
  releases.push(() => immutable('-i', database.file));
  const sent = await driveWhile(bot, async () => {
    immutable('+i', database.file);
    await until(() => container.telemetry.status().problem !== null);
    await wait(FAULT_MS);
    immutable('-i', database.file);
    await until(() => container.telemetry.status().problem === null);
  });
  await allWritten();
  expect(container.telemetry.status().counters).toMatchObject({ made: 2 * (sent + 3), written: 2 * (sent + 3) });
  await expectCountersInDatabase(database);
  expectOutageTold(bot, 'SQLite 778 .*TELEMETRY_DATA_DIR');
});
