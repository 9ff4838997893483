import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, jest, test } from '@jest/globals';
import { renderStatus } from '../../src/commands/statusText.ts';
import { renderText } from '../../src/render/text.ts';
import { systemClock } from '../../src/events/clock.ts';
import type { TelemetryLoss } from '../../src/schema/dictionary.ts';
import { LossFolder } from '../../src/storage/lossFolder.ts';
import { readSettings } from '../../config/settings.ts';
import { until } from '../support/bot.ts';
import { onBothDatabases, outcomes, postgresqlDatabase, sqliteDatabase, temporaryFolder, type TestDatabase } from '../support/databases.ts';
import { runUntilEnd } from '../support/endingProcess.ts';
import { fakeMinutes, ROLL, startTelemetry, type HandledTelemetry } from '../support/handClock.ts';
import { seededRandom } from '../support/randomEvents.ts';
import { anEvent, openTestStore } from '../support/seedEvents.ts';

const MINUTE_MS = 60_000;
const LAST_TRY_MS = 500;
const DAY = '2026-02-12';
const QUEUE = { TELEMETRY_QUEUE_SIZE: '100' };

afterEach(() => {
  jest.useRealTimers();
});

const folderOf = ({ env }: TestDatabase): string => env['TELEMETRY_DATA_DIR'] ?? '';

/** Who holds the write lock of an SQLite file. */
const locks = new Map<TestDatabase, DatabaseSync>();

/** The database takes nothing until it is `back`. */
async function away(database: TestDatabase): Promise<void> {
  if (database.engine === 'PostgreSQL') return void (await database.sql('alter table telemetry_events rename to telemetry_gone'));
  const lock = new DatabaseSync(join(folderOf(database), 'telemetry.db'), { timeout: 5_000 });
  lock.exec('begin immediate');
  locks.set(database, lock);
}

async function back(database: TestDatabase): Promise<void> {
  if (database.engine === 'PostgreSQL') return void (await database.sql('alter table telemetry_gone rename to telemetry_events'));
  locks.get(database)?.close();
}
const filesIn = async (database: TestDatabase): Promise<string[]> =>
  (await readdir(folderOf(database))).filter((name) => name.startsWith('losses'));

/** Records 2 events a run. */
function roll({ telemetry }: HandledTelemetry, runs: number): void {
  for (let run = 0; run < runs; run += 1) telemetry.track(ROLL, () => undefined);
}

/** Closes while the database is away, until the last try to write is over. */
async function closeInVain({ telemetry }: HandledTelemetry): Promise<void> {
  await telemetry.flush();
  await telemetry.close();
  await wait(LAST_TRY_MS);
}

async function lossesIn({ sql }: TestDatabase): Promise<Record<string, number>> {
  const rows = await sql('select reason, sum(count) as count from telemetry_losses group by reason');
  return Object.fromEntries(rows.map(({ reason, count }) => [String(reason), Number(count)]));
}

onBothDatabases((createDatabase) => {
  test('what an outage until the end has cost is told by the next process, each event once', async () => {
    const database = await createDatabase();
    await using started = await startTelemetry({ database, env: QUEUE });
    await away(database);
    roll(started, 500);
    await closeInVain(started);
    expect(started.log).toContainEqual(expect.stringMatching(/closes with 100 events unwritten.*its next start counts them as lost/));
    const [name = '', ...others] = await filesIn(database);
    expect(others).toEqual([]);
    const file = join(folderOf(database), name);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
      losses: [
        { dayBucket: DAY, id: expect.any(String), reason: 'queue_full', count: 900 },
        { dayBucket: DAY, id: expect.any(String), reason: 'unwritten', count: 100 }
      ]
    });

    await back(database);
    for (let start = 0; start < 2; start += 1) {
      await using next = await startTelemetry({ database });
      const report = await next.telemetry.report();
      expect(report.quality).toMatchObject({ dropped: 900, unwritten: 100, refused: 0, lossesMayBeMissing: false });
      expect(renderText(report)).toContain(
        'Lost: 900 events to a full queue, 0 refused by the database, 100 unwritten when a process ended.'
      );
      expect(next.telemetry.status().lossProblem).toBeNull();
    }
    expect(await filesIn(database)).toEqual([]);

    // The process goes on after all: what it was told to have lost, it does not write.
    started.telemetry.start();
    roll(started, 1);
    await until(() => started.telemetry.flush());
    expect(await outcomes(database)).toEqual({ 'discord.seeds.roll': { runs: 1, ok: 1, failed: 0 } });
    expect(await lossesIn(database)).toEqual({ queue_full: 900, unwritten: 100 });
  });

  test('a process that goes on after all writes what it had given up, and it counts as lost no more', async () => {
    const database = await createDatabase();
    await using started = await startTelemetry({ database, env: QUEUE });
    const { telemetry } = started;
    await away(database);
    roll(started, 60);
    await closeInVain(started);
    expect(await filesIn(database)).toHaveLength(1);
    await back(database);
    telemetry.start();
    await until(() => telemetry.flush());
    expect(await outcomes(database)).toMatchObject({ 'discord.seeds.roll': { ok: 50 } });
    expect(await lossesIn(database)).toEqual({ queue_full: 20 });
    expect(await filesIn(database)).toEqual([]);
  });

  test('while the database is away, counts are kept every minute; a process that starts meanwhile and the one they are of add up', async () => {
    const database = await createDatabase();
    fakeMinutes();
    await using started = await startTelemetry({ database, env: QUEUE });
    const { telemetry } = started;
    await away(database);
    for (const runs of [100, 50]) {
      roll(started, runs);
      await telemetry.flush();
      jest.advanceTimersByTime(MINUTE_MS);
    }
    expect(await filesIn(database)).toHaveLength(1);
    await back(database);
    // As one that finds what a killed process has left.
    const store = await openTestStore(database);
    expect(await new LossFolder(readSettings(database.env)).handOver(store)).toBeNull();
    expect(await lossesIn(database)).toEqual({ queue_full: 200 });
    roll(started, 3);
    jest.advanceTimersByTime(MINUTE_MS);
    await until(() => telemetry.flush());
    expect(await lossesIn(database)).toEqual({ queue_full: telemetry.status().counters.dropped });
    expect(await filesIn(database)).toEqual([]);
  });

  test('what is no count of lost events in the folder breaks nothing, enters nothing, and is told', async () => {
    const database = await createDatabase();
    const folder = folderOf(database);
    const good: TelemetryLoss = { dayBucket: DAY, id: 'c0a8012e-7d1f-4c55-9b7e-0f7d0a3b9f42', reason: 'refused', count: 3 };
    new LossFolder(readSettings(database.env)).put([good]);
    const [name = ''] = await filesIn(database);
    const mark = name.slice(0, 'losses-'.length + 12);
    const hostile = [
      'dear diary',
      '{"losses":[{"__proto__":1}]}',
      JSON.stringify({ losses: [{ ...good, count: -3 }] }),
      JSON.stringify({ losses: [{ ...good, count: 1.5 }] }),
      JSON.stringify({ losses: [{ ...good, reason: 'zqxj' }] }),
      JSON.stringify({ losses: [{ ...good, dayBucket: '2026-02-31' }] }),
      JSON.stringify({ losses: [{ ...good, guild: 'zqxj' }] }),
      JSON.stringify({ losses: Array.from({ length: 2_001 }, () => good) }),
      `{"losses":[]}${' '.repeat(300_000)}`
    ];
    for (const [at, text] of hostile.entries()) await writeFile(join(folder, `${mark}-${String(at).padStart(12, '0')}.json`), text);
    await mkdir(join(folder, `${mark}-aaaaaaaaaaaa.json`));
    await symlink(join(folder, 'target.json'), join(folder, `${mark}-bbbbbbbbbbbb.json`));
    await writeFile(join(folder, 'target.json'), JSON.stringify({ losses: [{ ...good, count: 77 }] }));
    execFileSync('mkfifo', [join(folder, `${mark}-cccccccccccc.json`)]);
    await writeFile(join(folder, 'losses-000000000000-000000000000.json'), JSON.stringify({ losses: [{ ...good, count: 88 }] }));
    await writeFile(join(folder, 'losses-zqxj.json'), JSON.stringify({ losses: [{ ...good, count: 99 }] }));

    await using started = await startTelemetry({ database });
    const { telemetry, log } = started;
    const report = await telemetry.report();
    expect(report.quality).toMatchObject({ refused: 3, lossesMayBeMissing: true });
    expect(renderText(report)).toContain('What earlier processes lost may be unknown: the status says why.');
    expect(renderStatus(telemetry.status())).toContain(
      'Losses of earlier processes may be unknown: TELEMETRY_DATA_DIR holds what is no count'
    );
    expect(log.filter((line) => line.includes('may not know what earlier processes lost'))).toHaveLength(1);
    expect(log.join('\n')).not.toMatch(/zqxj|diary/);
    expect(await database.sql('select reason, count from telemetry_losses')).toEqual([{ reason: 'refused', count: 3 }]);
    expect(await readdir(folder)).toContain('losses-000000000000-000000000000.json');
  });
});

test.each(['exit', 'close and exit'])(
  'a process on PostgreSQL that ends by "%s" without waiting tells by its next start what was not written',
  async (way) => {
    const database = await postgresqlDatabase();
    expect(await runUntilEnd(database, way, 300)).toMatchObject({ exitCode: 7 });
    await using next = await startTelemetry({ database });
    next.clock.day = new Date().toISOString().slice(0, 10);
    const { events, quality } = await next.telemetry.report();
    expect({ ...quality, total: events + quality.unwritten }).toMatchObject({ dropped: 0, refused: 0, total: 600 });
    expect(quality.unwritten).toBeGreaterThan(0);
    expect(await filesIn(database)).toEqual([]);
  }
);

test('what SQLite could not write at the exit of a process is told by its next start', async () => {
  const database = await sqliteDatabase();
  const store = await openTestStore(database);
  await store.write([anEvent(seededRandom(1), { dayBucket: systemClock().today() })]);
  await database.sql("create trigger full before insert on telemetry_events begin select raise(abort, 'no'); end");
  expect(await runUntilEnd(database, 'exit', 300)).toMatchObject({ exitCode: 7 });
  await using next = await startTelemetry({ database });
  await next.telemetry.report();
  expect(await lossesIn(database)).toEqual({ unwritten: 600 });
});

test('where the folder can not be written, status and report say that earlier losses may be unknown', async () => {
  const database = await postgresqlDatabase();
  const file = join(await temporaryFolder(), 'file');
  await writeFile(file, '');
  await using started = await startTelemetry({ database, env: { TELEMETRY_DATA_DIR: join(file, 'data') } });
  const report = await started.telemetry.report();
  expect(renderText(report)).toContain('What earlier processes lost may be unknown: the status says why.');
  expect(renderText(report)).not.toContain('No event is known to be lost');
  expect(renderStatus(started.telemetry.status())).toContain('unknown: the folder TELEMETRY_DATA_DIR can not be written');
});
