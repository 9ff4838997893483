import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, jest, test } from '@jest/globals';
import { container } from '@sapphire/framework';
import { readSettings } from '../config/settings.ts';
import { addDays } from '../src/events/day.ts';
import { systemClock } from '../src/events/clock.ts';
import { guildHasher, saltFingerprint } from '../src/events/guildHash.ts';
import { openStore } from '../src/storage/openStore.ts';
import { ENABLED, SALT, settled, startBot, until } from './support/bot.ts';
import { countEvents, onBothDatabases, sqliteDatabase, type TestDatabase } from './support/databases.ts';
import { fakeMinutes } from './support/handClock.ts';
import { randomEvents, seededRandom } from './support/randomEvents.ts';

const OTHER_SALT = '0a91b8c27d36e45f5f64e73d82c91b0a0a91b8c27d36e45f';
const [GUILD, OTHER_GUILD] = ['811111111111111111', '822222222222222222'] as const;
const ROLL = { surface: 'discord', feature: 'seeds', operation: 'roll' } as const;
const MINUTE_MS = 60_000;
const today = systemClock().today();

const track = (guildId: string): void => container.telemetry.track({ ...ROLL, guildId }, () => undefined);

const warnings = (log: readonly string[]): string[] => log.filter((line) => line.includes('TELEMETRY_HASH_SALT was changed'));

afterEach(() => {
  jest.useRealTimers();
});

/** Starts a bot, lets it record a run in two guilds, and stops it. */
async function recordWith(database: TestDatabase, salt: string): Promise<string[]> {
  const bot = await startBot({ env: { ...ENABLED, ...database.env, TELEMETRY_HASH_SALT: salt } });
  track(GUILD);
  track(OTHER_GUILD);
  await settled();
  await until(() => container.telemetry.status().lastPurge !== null);
  await bot.stop();
  return bot.log;
}

onBothDatabases((createDatabase) => {
  test('a salt that was changed is noticed at start and shown by the status, until the old events are gone', async () => {
    const database = await createDatabase();
    expect(warnings(await recordWith(database, SALT))).toEqual([]);
    expect(warnings(await recordWith(database, SALT))).toEqual([]);
    expect(warnings(await recordWith(database, OTHER_SALT))).toHaveLength(1);
    expect(container.telemetry.status().saltChanged).toBe(true);

    const bot = await startBot({ env: { ...ENABLED, ...database.env, TELEMETRY_HASH_SALT: OTHER_SALT }, discord: {} });
    await until(() => container.telemetry.status().saltChanged);
    expect((await bot.discord.slash({ command: 'telemetry', subcommand: 'status', user: bot.discord.owner }))?.content).toMatch(
      /purge --all/
    );
    await container.telemetry.purge({ all: true });
    await bot.stop();
    expect(warnings(await recordWith(database, OTHER_SALT))).toEqual([]);
  });

  test('a running bot learns within a minute that another process has purged everything, and notes its salt anew', async () => {
    const database = await createDatabase();
    await recordWith(database, SALT);
    // Only the minute is faked: the database and the flusher live in real time.
    fakeMinutes();
    const bot = await startBot({ env: { ...ENABLED, ...database.env, TELEMETRY_HASH_SALT: OTHER_SALT } });
    await until(() => container.telemetry.status().saltChanged);
    track(GUILD);
    await settled();

    const store = await openStore(readSettings(database.env), { migrate: false, busyTimeoutMs: 5_000 });
    await store.purge();
    await store.close();
    jest.advanceTimersByTime(MINUTE_MS);
    await until(() => !container.telemetry.status().saltChanged);
    expect(await database.sql('select fingerprint from telemetry_salts')).toEqual([{ fingerprint: saltFingerprint(OTHER_SALT) }]);
    await bot.stop();
  });

  test('the salt stands nowhere in the tables, and its fingerprint is not its plain hash', async () => {
    const database = await createDatabase();
    await recordWith(database, SALT);
    const rows = await database.sql('select fingerprint from telemetry_salts');
    expect(rows).toEqual([{ fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) }]);
    expect(rows).not.toEqual([{ fingerprint: guildHasher(SALT)('') }]);
    for (const table of ['events', 'salts'])
      expect(JSON.stringify(await database.sql(`select * from telemetry_${table}`))).not.toContain(SALT);
  });

  test('/telemetry erase-guild deletes the events of that guild alone, and those in the queue too', async () => {
    const database = await createDatabase();
    const bot = await startBot({ env: { ...ENABLED, ...database.env } });
    track(GUILD);
    track(OTHER_GUILD);
    await settled();
    track(GUILD);
    const erase = (id: string) =>
      bot.discord.slash({ command: 'telemetry', subcommand: 'erase-guild', options: { id }, user: bot.discord.owner });
    expect((await erase(GUILD))?.content).toBe('Deleted 4 events of this guild.');
    expect((await erase('not-the-id-of-a-guild'))?.content).toMatch(/not the id of a guild/);
    expect(await countEvents(database)).toEqual({ 'discord.seeds.roll.invoke': 1, 'discord.seeds.roll.success': 1 });
    await bot.stop();
  });

  test('a guild is erased from the totals of days that are over', async () => {
    const database = await createDatabase();
    const store = await openStore(readSettings(database.env), { migrate: true, busyTimeoutMs: 5000 });
    const days = [3, 4, 5].map((ago) => addDays(today, -ago));
    const events = randomEvents(seededRandom(9), days, 300);
    const hash = events.find(({ guildHash }) => guildHash !== null)?.guildHash ?? '';
    await store.write(events);
    expect(await store.rollUp()).toBe(3);
    expect(await store.eraseGuild(hash)).toBe(events.filter(({ guildHash }) => guildHash === hash).length);
    expect(await database.sql(`select * from telemetry_daily_guilds where guild_hash = '${hash}'`)).toEqual([]);
    expect(await database.sql(`select * from telemetry_events where guild_hash = '${hash}'`)).toEqual([]);
    const [total] = await database.sql('select sum(count) as events, count(distinct day_bucket) as days from telemetry_daily_counts');
    expect({ events: Number(total?.['events']), days: Number(total?.['days']) }).toEqual({
      events: events.filter(({ guildHash }) => guildHash !== hash).length,
      days: 3
    });
    await store.close();
  });
});

test('after a guild was erased its hash stands nowhere in the bytes of the SQLite files', async () => {
  const database = await sqliteDatabase();
  const bot = await startBot({ env: { ...ENABLED, ...database.env } });
  for (let run = 0; run < 50; run += 1) track(run % 2 === 0 ? GUILD : OTHER_GUILD);
  await settled();
  const bytes = async (): Promise<string> => {
    const folder = dirname(database.file);
    const files = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'latin1')));
    return files.join('');
  };
  expect(await bytes()).toContain(guildHasher(SALT)(GUILD));
  await container.telemetry.eraseGuild(GUILD);
  expect(await bytes()).not.toContain(guildHasher(SALT)(GUILD));
  expect(await bytes()).toContain(guildHasher(SALT)(OTHER_GUILD));
  await bot.stop();
});

test('a purge waits for a reader of the SQLite file, since the journal holds what was deleted until then', async () => {
  const database = await sqliteDatabase();
  const store = await openStore(readSettings(database.env), { migrate: true, busyTimeoutMs: 0 });
  await store.write(randomEvents(seededRandom(1), [today], 50));
  const reader = new DatabaseSync(database.file);
  reader.exec('begin');
  reader.prepare('select count(*) from telemetry_events').get();
  setTimeout(() => reader.close(), 300);
  await store.purge();
  expect((await stat(`${database.file}-wal`)).size).toBe(0);
  await store.close();
});
