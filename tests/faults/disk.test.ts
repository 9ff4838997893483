import { execFileSync } from 'node:child_process';
import { chownSync, statfsSync, statSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { container } from '@sapphire/framework';
import { setTimeout as wait } from 'node:timers/promises';
import { DiscordStandIn } from '../../examples/stand-ins/discord.ts';
import { until } from '../support/bot.ts';
import { sqliteDatabase, temporaryFolder } from '../support/databases.ts';
import { expectCountersInDatabase } from '../support/counters.ts';
import { serverAccount } from '../support/postgresBinaries.ts';
import { databaseAt } from '../support/postgresDatabase.ts';
import { atSuiteEnd, startServer } from '../support/postgresSuite.ts';
import { SampleBot } from '../support/sampleBot.ts';
import { testWhere } from '../support/testWhere.ts';
import { allWritten, complaints, driveWhile, expectOutageTold } from '../support/traffic.ts';
import { systemClock } from '../../src/events/clock.ts';
import { seededRandom } from '../support/randomEvents.ts';
import { DONE, runCli } from '../support/runCli.ts';
import { anEvent, hexOf, openTestStore } from '../support/seedEvents.ts';
import { bytesOf } from '../support/sentinels.ts';
import { startPingBot } from './pingBot.ts';

const FULL_MS = 1_500;

/** A disk of a few megabytes, in memory. Only root may make one. */
async function smallDisk(megabytes: number): Promise<string> {
  const folder = await temporaryFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { stdio: 'ignore' });
  // Detached even where something still holds it: it is gone with its last user.
  atSuiteEnd(async () => void execFileSync('umount', ['--lazy', folder]));
  return folder;
}

/** Fills a disk to the last byte. Resolves to what makes room again. */
async function fill(folder: string): Promise<() => Promise<void>> {
  const name = join(folder, 'ballast');
  const file = await open(name, 'w');
  for (const size of [65_536, 4096, 1]) {
    const block = Buffer.alloc(size);
    while (
      await file.write(block).then(
        ({ bytesWritten }) => bytesWritten > 0,
        () => false
      )
    );
  }
  await file.close();
  expect(statfsSync(folder).bavail).toBe(0);
  return () => rm(name);
}

const canMount = await smallDisk(1).then(
  () => true,
  () => false
);
const onSmallDisk = testWhere(canMount, 'this account may not mount a small disk');

onSmallDisk('a disk that is full holds SQLite up and loses nothing: all is written when there is room again', async () => {
  const folder = await smallDisk(2);
  const database = await sqliteDatabase(folder);
  await using bot = await startPingBot(database);
  const sent = await driveWhile(bot, async () => {
    const makeRoom = await fill(folder);
    await until(() => container.telemetry.status().problem !== null);
    await wait(FULL_MS);
    await makeRoom();
    await until(() => container.telemetry.status().problem === null);
  });
  await allWritten();
  expect(container.telemetry.status().counters).toMatchObject({ made: 2 * sent, written: 2 * sent });
  await expectCountersInDatabase(database);
  expectOutageTold(bot, 'SQLite 13 .*the disk is full');
});

onSmallDisk('a disk that is full does not keep anyone from deleting everything', async () => {
  const folder = await smallDisk(4);
  const database = await sqliteDatabase(folder);
  const store = await openTestStore(database);
  const random = seededRandom(4);
  const hash = hexOf(random, 64);
  for (let batch = 0; batch < 3; batch += 1)
    await store.write(Array.from({ length: 1_000 }, () => anEvent(random, { dayBucket: systemClock().today(), guildHash: hash })));
  await store.close();
  await fill(folder);
  const { exitCode, stdout } = await runCli(['purge', '--all', '--yes'], database);
  expect({ exitCode, stdout }).toEqual({ exitCode: DONE, stdout: expect.stringMatching(/^Deleted all events\. The disk is so full/) });
  expect(await bytesOf(database)).not.toContain(hash);

  // The same by a bot that has the file open.
  const bot = await openTestStore(database);
  const events = Array.from({ length: 1_000 }, () => anEvent(random, { dayBucket: systemClock().today(), guildHash: hash }));
  await bot.write(events);
  await rm(join(folder, 'ballast'));
  await fill(folder);
  expect(await bot.purge()).toEqual({ deleted: 1_000, isWiped: true });
  expect(await bytesOf(database)).not.toContain(hash);
  await bot.write(events.slice(0, 1));
  expect((await bot.totals()).events).toBe(1);
});

onSmallDisk('a disk that is full holds PostgreSQL up and loses nothing: all is written when there is room again', async () => {
  const folder = await smallDisk(4);
  const { uid, gid } = await serverAccount();
  if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid);
  await using server = await startServer();
  const database = await databaseAt(await server.createDatabase());
  await using bot = await startPingBot(database);
  await database.sql(`create tablespace small location '${folder}'`);
  await database.sql('alter table telemetry_events set tablespace small');
  await database.sql('alter index telemetry_events_pkey set tablespace small');
  const sent = await driveWhile(bot, async () => {
    const makeRoom = await fill(folder);
    await until(() => container.telemetry.status().problem !== null, 30_000);
    await wait(FULL_MS);
    await makeRoom();
    await until(() => container.telemetry.status().problem === null, 30_000);
  });
  await allWritten();
  expect(container.telemetry.status().counters).toMatchObject({ made: 2 * sent, written: 2 * sent });
  await expectCountersInDatabase(database);
  expectOutageTold(bot, 'PostgreSQL 53100 .*the disk of the server is full');
});

function limitFiles(pid: number, bytes: number | 'unlimited'): void {
  execFileSync('prlimit', [`--pid=${pid}`, `--fsize=${bytes}:unlimited`], { stdio: 'ignore' });
}

function canLimit(): boolean {
  try {
    limitFiles(process.pid, 'unlimited');
    return true;
  } catch {
    return false;
  }
}

const withLimit = testWhere(canLimit(), 'the size of files can not be limited here');

withLimit('a bot whose files may grow no more answers on, and writes what waited when they may', async () => {
  const database = await sqliteDatabase();
  await using discord = await DiscordStandIn.start();
  await using bot = await SampleBot.start({ database, discord });
  // The table is there once the database was opened.
  await until(() =>
    database.sql('select * from telemetry_events').then(
      () => true,
      () => false
    )
  );
  await bot.use(5);
  await until(async () => (await bot.status()).queueLength === 0);
  limitFiles(bot.pid, statSync(`${database.file}-wal`).size);
  // The journal may be begun anew meanwhile, and then has room for some more.
  await until(async () => {
    await bot.use(5);
    return (await bot.status()).text.includes('with a problem: SQLite');
  }, 30_000);
  await bot.use(20);
  limitFiles(bot.pid, 'unlimited');
  await until(async () => (await bot.status()).queueLength === 0, 30_000);
  const told = await bot.status();
  expect(told.text).toMatch(/^Telemetry is on$/m);
  await expectCountersInDatabase(database, told);
  expect(complaints(bot)).toEqual([expect.stringMatching(/cannot write to its database: SQLite/)]);
  expect(await bot.stop()).toBe(0);
});
