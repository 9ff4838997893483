import { stat } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from '@jest/globals';
import { systemClock } from '../../src/events/clock.ts';
import { addDays } from '../../src/events/day.ts';
import { EventIds } from '../../src/events/eventId.ts';
import { purge } from '../../src/retention/purge.ts';
import type { TelemetryEvent } from '../../src/schema/eventFields.ts';
import { until } from '../support/bot.ts';
import { sqliteDatabase, type TestDatabase } from '../support/databases.ts';
import { openThreadedStore } from '../support/openBotStore.ts';
import { seededRandom } from '../support/randomEvents.ts';
import { anEvent, hexOf, openTestStore, throughDay, writeEvents } from '../support/seedEvents.ts';
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

/** The names and the outcomes of a bot's everyday, of many lengths: rows of one length hide what moves from page to page. */
const NAMES = ['discord.roll.roll', 'discord.asynctournament.run_start_of_a_long_name', 'api.race.x', 'racetime.daily.announce'];
const OUTCOMES = [
  { action: 'invoke', status: 'ok', durationMs: null, errorType: null },
  { action: 'success', status: 'ok', durationMs: 123_456, errorType: null },
  { action: 'failure', status: 'timeout', durationMs: 7, errorType: 'provider_timeout' }
] as const;

function mixedEvents(
  random: () => number,
  dayBucket: string,
  count: number,
  guilds: readonly string[],
  ids = new EventIds()
): TelemetryEvent[] {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  return Array.from({ length: count }, () => {
    const [name, outcome] = [pick(NAMES), pick(OUTCOMES)];
    const [surface = '', feature = ''] = name.split('.');
    const eventName = `${name}.${outcome.action}`;
    const shared = { dayBucket, id: ids.next(dayBucket), eventName, feature, surface: surface as TelemetryEvent['surface'] };
    return anEvent(random, { ...shared, ...outcome, provider: pick([null, 'sm.samus.link']), guildHash: pick([null, ...guilds]) });
  });
}

const FRAGMENT = 8;

/** How many of the fragments of a hash stand in the files. */
async function fragmentsOf(hash: string, database: TestDatabase): Promise<number> {
  const bytes = await bytesOf(database);
  return Array.from({ length: hash.length - FRAGMENT + 1 }, (_, at) => hash.slice(at, at + FRAGMENT)).filter((one) => bytes.includes(one))
    .length;
}

test('of 24 guilds that are erased, and of days that are purged, no fragment of a hash is left in the files, whatever the rows', async () => {
  const database = await sqliteDatabase();
  const store = await openTestStore(database, TODAY);
  const random = seededRandom(5);
  const guilds = Array.from({ length: 40 }, () => hexOf(random, 64));
  const old = addDays(TODAY, -30);
  for (let round = 0; round < 24; round += 1) {
    const [erased, purged] = [hexOf(random, 64), hexOf(random, 64)];
    await store.write(mixedEvents(random, old, 300, [...guilds, purged]));
    await store.write(mixedEvents(random, addDays(TODAY, -3), 300, [...guilds, erased]));
    const ids = new EventIds();
    for (let batch = 0; batch < 20; batch += 1)
      await store.write(mixedEvents(random, TODAY, 1 + Math.floor(random() * 120), [...guilds, erased], ids));
    await store.rollUp();
    expect([await fragmentsOf(erased, database), await fragmentsOf(purged, database)]).toEqual([57, 57]);
    expect((await store.purge(throughDay(old))).isWiped).toBe(true);
    await store.eraseGuilds([erased]);
    // What is erased within ten minutes is wiped together; a purge does not wait.
    expect(await store.purge(throughDay(old))).toEqual({ deleted: 0, isWiped: true });
    expect([await fragmentsOf(erased, database), await fragmentsOf(purged, database)]).toEqual([0, 0]);
    await store.purge();
  }
  expect((await database.sql('pragma integrity_check'))[0]).toEqual({ integrity_check: 'ok' });
});

test('what was deleted while someone reads the file is wiped as soon as the reader is gone', async () => {
  const database = await sqliteDatabase();
  const random = seededRandom(6);
  const [erased, other] = [hexOf(random, 64), hexOf(random, 64)];
  const store = await openThreadedStore(database);
  const today = systemClock().today();
  await writeEvents(store, mixedEvents(random, today, 2_000, [erased, other]));
  const reader = new DatabaseSync(database.file);
  reader.exec('begin');
  reader.prepare('select count(*) from telemetry_events').get();
  const { deleted, isWiped } = await store.eraseGuilds([erased]);
  expect(deleted).toBeGreaterThan(500);
  expect(isWiped).toBe(false);
  expect(await fragmentsOf(erased, database)).toBeGreaterThan(0);
  reader.close();
  await until(async () => (await fragmentsOf(erased, database)) === 0);
  expect(await fragmentsOf(other, database)).toBe(57);
  expect((await store.totals()).events).toBe(2_000 - deleted);
});

test('guilds that are erased shortly one after another are wiped together', async () => {
  const database = await sqliteDatabase();
  const store = await openTestStore(database, TODAY);
  const random = seededRandom(7);
  const guilds = Array.from({ length: 5 }, () => hexOf(random, 64));
  await writeEvents(store, mixedEvents(random, TODAY, 2_000, guilds));
  const answers: boolean[] = [];
  for (const guild of guilds.slice(1)) answers.push((await store.eraseGuilds([guild])).isWiped);
  expect(answers).toEqual([true, false, false, false]);
  const generations = await database.sql("select name from sqlite_master where name glob 'telemetry_events_2*' order by name");
  expect(generations.map(({ name }) => name)).toEqual([2, 3, 4, 5].map((generation) => `telemetry_events_20260303_${generation}`));
  const left = (await database.sql('select distinct guild_hash from telemetry_events order by 1')).map(({ guild_hash: hash }) => hash);
  expect(left).toEqual([null, guilds[0]]);
});
