import { afterEach, expect, jest, test } from '@jest/globals';
import { container } from '@sapphire/framework';
import { GuildHasher } from '../../src/events/guildHash.ts';
import { SALT, settled, startBot, until } from '../support/bot.ts';
import { onBothDatabases, type TestDatabase } from '../support/databases.ts';
import { fakeMinutes, ROLL } from '../support/handClock.ts';

const MINUTE_MS = 60_000;
const LEFT = 100;
const AWAY = 1_000;
/** Runs in each guild that stays, while the others leave. */
const RUNS = 3;
const ENV = { TELEMETRY_FORGET_LEFT_GUILDS: 'true', TELEMETRY_QUEUE_SIZE: '10000' };

afterEach(() => {
  jest.useRealTimers();
});

async function hashesOf(guildIds: readonly string[]): Promise<string[]> {
  const hasher = await GuildHasher.from(SALT);
  return guildIds.map((id) => hasher.hash(id)).toSorted();
}

/** How many events there are of each guild. */
async function eventsByGuild(database: TestDatabase): Promise<Map<string, number>> {
  const rows = await database.sql('select guild_hash, count(*) as count from telemetry_events group by guild_hash');
  return new Map(rows.map((row) => [String(row['guild_hash']), Number(row['count'])]));
}

const guildsIn = async (database: TestDatabase): Promise<string[]> => [...(await eventsByGuild(database)).keys()].toSorted();

const isSqlite = ({ env }: TestDatabase): boolean => env['TELEMETRY_DATABASE_URL'] === undefined;

/** An erasure writes a day of SQLite anew, in a table of the next generation. */
async function generationIn(database: TestDatabase): Promise<number> {
  if (!isSqlite(database)) return 1;
  const rows = await database.sql("select name from sqlite_master where name glob 'telemetry_events_2*'");
  return Math.max(...rows.map((row) => Number(String(row['name']).split('_').at(-1))));
}

function use(guildIds: readonly string[]): void {
  for (const guildId of guildIds) container.telemetry.track({ ...ROLL, guildId }, () => undefined);
}

onBothDatabases((createDatabase) => {
  test('a hundred servers that the bot is removed from at once are erased in one go, those of an outage are not, and all else is kept', async () => {
    fakeMinutes();
    const database = await createDatabase();
    const discord = { guilds: Array.from({ length: LEFT + AWAY }, (_, index) => ({ name: `guild ${index}` })) };
    await using bot = await startBot({ database, discord, env: ENV });
    const ids = bot.discord.guilds.map(({ id }) => id);
    const [left, away] = [ids.slice(0, LEFT), ids.slice(LEFT)];
    await until(() => bot.client.guilds.cache.size === ids.length);
    use(ids);
    await settled();
    expect(await generationIn(database)).toEqual(1);

    for (const id of away) bot.discord.removeGuild(id, { unavailable: true });
    for (const id of left) bot.discord.removeGuild(id);
    for (let run = 0; run < RUNS; run += 1) use(away);
    await until(() => bot.client.guilds.cache.size === away.length);
    await jest.advanceTimersByTimeAsync(MINUTE_MS);
    await until(async () => (await guildsIn(database)).length === away.length);
    await settled();
    const events = await eventsByGuild(database);
    expect([...events.keys()].toSorted()).toEqual(await hashesOf(away));
    expect(new Set(events.values())).toEqual(new Set([2 * (RUNS + 1)]));
    expect(await generationIn(database)).toEqual(isSqlite(database) ? 2 : 1);
    expect(container.telemetry.status().counters).toMatchObject({ dropped: 0, refused: 0 });
    expect(await database.sql('select 1 from telemetry_opt_outs')).toEqual([]);

    const [first] = bot.discord.guilds;
    if (first !== undefined) bot.discord.addGuild(first);
    await until(() => bot.client.guilds.cache.size === away.length + 1);
    use([first?.id ?? '']);
    await settled();
    expect(await guildsIn(database)).toEqual(expect.arrayContaining(await hashesOf([first?.id ?? ''])));
  });
});
