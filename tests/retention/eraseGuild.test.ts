import { expect, test } from '@jest/globals';
import { container } from '@sapphire/framework';
import { systemClock } from '../../src/events/clock.ts';
import { addDays } from '../../src/events/day.ts';
import { GuildHasher } from '../../src/events/guildHash.ts';
import { SALT, settled, startBot } from '../support/bot.ts';
import { onBothDatabases, outcomes, sqliteDatabase } from '../support/databases.ts';
import { randomEvents, seededRandom } from '../support/randomEvents.ts';
import { openTestStore } from '../support/seedEvents.ts';
import { DONE, FAILED, runCli } from '../support/runCli.ts';
import { bytesOf } from '../support/sentinels.ts';
import { complaints } from '../support/traffic.ts';
import { GUILD, OTHER_GUILD, trackIn } from './twoGuilds.ts';

onBothDatabases((createDatabase) => {
  test('/telemetry erase-guild deletes the events of that guild alone, and those in the queue too', async () => {
    const database = await createDatabase();
    await using bot = await startBot({ database });
    trackIn(GUILD);
    trackIn(OTHER_GUILD);
    await settled();
    trackIn(GUILD);
    const erase = (id: string) =>
      bot.discord.slash({ command: 'telemetry', subcommand: 'erase-guild', options: { id }, user: bot.discord.owner });
    expect((await erase(GUILD))?.content).toBe('Deleted 4 events of this guild.');
    expect((await erase('not-the-id-of-a-guild'))?.content).toMatch(/the id of a guild has 17 to 20 digits/);
    expect(await outcomes(database)).toEqual({ 'discord.seeds.roll': { runs: 1, ok: 1, failed: 0 } });
  });

  test('a salt that made none of the stored hashes erases nothing, and is told so in Discord and in the terminal', async () => {
    const database = await createDatabase();
    {
      await using first = await startBot({ database });
      trackIn(GUILD);
      await settled();
      await first.stop();
    }
    const env = { TELEMETRY_HASH_SALT: [...SALT].toReversed().join('') };
    const inTerminal = () => runCli(['erase-guild', GUILD], { env: { ...database.env, ...env } });
    const refused = await inTerminal();
    expect(refused).toMatchObject({
      exitCode: FAILED,
      stdout: '',
      stderr: expect.stringContaining('another TELEMETRY_HASH_SALT than this one')
    });
    await using bot = await startBot({ database, env });
    await settled();
    const erase = () =>
      bot.discord.slash({ command: 'telemetry', subcommand: 'erase-guild', options: { id: GUILD }, user: bot.discord.owner });
    expect((await erase())?.content).toMatch(/^That can't be done now: nothing was deleted: the stored hashes were made with another/);
    expect(await outcomes(database)).toEqual({ 'discord.seeds.roll': { runs: 1, ok: 1, failed: 0 } });
    // With hashes of both, it is done as far as it can be.
    trackIn(GUILD);
    expect((await erase())?.content).toMatch(/^Deleted 2 events of this guild\. Hashes of another TELEMETRY_HASH_SALT are stored too/);
    const partly = await inTerminal();
    expect(partly).toMatchObject({
      exitCode: DONE,
      stderr: '',
      stdout: expect.stringMatching(/^Deleted 0 events of this guild\nHashes of another/)
    });
    for (const text of [refused.stderr, partly.stdout, ...bot.log])
      expect(text).not.toMatch(new RegExp(`${SALT}|${env.TELEMETRY_HASH_SALT}|${GUILD}`));
  });

  test('a guild is erased from the totals of days that are over', async () => {
    const database = await createDatabase();
    const store = await openTestStore(database);
    const days = [3, 4, 5].map((ago) => addDays(systemClock().today(), -ago));
    const events = randomEvents(seededRandom(9), days, 300);
    const hash = events.find(({ guildHash }) => guildHash !== null)?.guildHash ?? '';
    await store.write(events);
    expect(await store.rollUp()).toBe(3);
    expect(await store.eraseGuilds([hash])).toEqual({
      deleted: events.filter(({ guildHash }) => guildHash === hash).length,
      isWiped: true
    });
    expect(await database.sql(`select * from telemetry_daily_guilds where guild_hash = '${hash}'`)).toEqual([]);
    expect(await database.sql(`select * from telemetry_events where guild_hash = '${hash}'`)).toEqual([]);
    const [total] = await database.sql('select sum(count) as events, count(distinct day_bucket) as days from telemetry_daily_counts');
    expect({ events: Number(total?.['events']), days: Number(total?.['days']) }).toEqual({
      events: events.filter(({ guildHash }) => guildHash !== hash).length,
      days: 3
    });
  });
});

test('after a guild was erased its hash stands nowhere in the bytes of the SQLite files', async () => {
  const database = await sqliteDatabase();
  await using bot = await startBot({ database });
  const hasher = await GuildHasher.from(SALT);
  for (let run = 0; run < 50; run += 1) trackIn(run % 2 === 0 ? GUILD : OTHER_GUILD);
  await settled();
  expect(await bytesOf(database)).toContain(hasher.hash(GUILD));
  await container.telemetry.eraseGuild(GUILD);
  expect(await bytesOf(database)).not.toContain(hasher.hash(GUILD));
  expect(await bytesOf(database)).toContain(hasher.hash(OTHER_GUILD));
  expect(complaints(bot)).toEqual([]);
});
