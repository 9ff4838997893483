import { stat } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from '@jest/globals';
import { purge } from '../../src/retention/purge.ts';
import type { TelemetryEvent } from '../../src/schema/eventFields.ts';
import { sqliteDatabase } from '../support/databases.ts';
import { openBotStore } from '../support/openBotStore.ts';
import { seededRandom } from '../support/randomEvents.ts';
import { anEvent, hexOf, openTestStore, writeEvents } from '../support/seedEvents.ts';
import { bytesOf } from '../support/sentinels.ts';

const TODAY = '2026-03-03';
const RETENTION = { today: TODAY, retentionDays: 30 };

test('an SQLite file holds nothing of what was purged, gives its space back, and keeps the rest', async () => {
  const database = await sqliteDatabase();
  const store = await openTestStore(database, TODAY);
  // A bot that is open meanwhile.
  const bot = await openTestStore(database, TODAY);
  const random = seededRandom(8);
  const hashes = (count: number): string[] => Array.from({ length: count }, () => hexOf(random, 64));
  const [old, kept] = [hashes(100), hashes(20)];
  const eventsOf = (guilds: readonly string[], dayBucket: string): TelemetryEvent[] =>
    guilds.flatMap((guildHash) => Array.from({ length: 40 }, () => anEvent(random, { dayBucket, guildHash })));
  await writeEvents(store, [...eventsOf(old, '2026-01-15'), ...eventsOf(kept, TODAY)]);
  expect(await store.rollUp()).toBe(1);

  const held = async (guilds: readonly string[]): Promise<number> => {
    const bytes = await bytesOf(database);
    return guilds.filter((guild) => bytes.includes(guild)).length;
  };
  const size = async (): Promise<number> => (await stat(database.file)).size + (await stat(`${database.file}-wal`)).size;
  expect([await held(old), await held(kept)]).toEqual([100, 20]);
  const before = await size();

  expect((await purge({ store, ...RETENTION })).deleted).toBe(4000);
  expect([await held(old), await held(kept)]).toEqual([0, 20]);
  expect(await size()).toBeLessThan(before / 3);
  expect((await bot.totals()).events).toBe(800);
  const [integrity] = await database.sql('pragma integrity_check');
  expect(Object.values(integrity ?? {})).toEqual(['ok']);

  await purge({ store, ...RETENTION, all: true });
  expect(await held(kept)).toBe(0);
});

test('a purge waits for a reader of the SQLite file, since the journal holds what was deleted until then', async () => {
  const database = await sqliteDatabase();
  const store = await openBotStore(database);
  const random = seededRandom(1);
  await writeEvents(
    store,
    Array.from({ length: 100 }, () => anEvent(random, { dayBucket: TODAY }))
  );
  const reader = new DatabaseSync(database.file);
  reader.exec('begin');
  reader.prepare('select count(*) from telemetry_events').get();
  setTimeout(() => reader.close(), 300);
  await store.purge();
  expect((await stat(`${database.file}-wal`)).size).toBe(0);
});
