import { createHmac, scryptSync } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { container } from '@sapphire/framework';
import * as fc from 'fast-check';
import { SALT, settled, until, type TestBot } from '../support/bot.ts';
import { onBothDatabases, storedEvents } from '../support/databases.ts';
import { ROLL } from '../support/handClock.ts';
import { uses, writtenIn, type Use } from '../support/hostileUse.ts';
import { bytesOf, leaksIn, rowsOf, shownBy } from '../support/sentinels.ts';
import { complaints } from '../support/traffic.ts';
import { GUILD, startSentinelBot } from './sentinelBot.ts';

/** One use of everything that a command can be used by, all at once. */
async function use({ discord }: TestBot, one: Use): Promise<void> {
  const { way, text, user } = one;
  const written = writtenIn(one);
  const [options, author] = [{ text: written }, { id: user.id, name: `${way} ${user.name}` }];
  const caller = { user, timeoutMs: 100 };
  await Promise.all([
    discord.slash({ command: 'roll', options, ...caller }),
    discord.slash({ command: 'race', subcommand: 'open', options, ...caller }),
    discord.slash({ command: 'race', subcommand: `zqxj-${user.id}`, ...caller }),
    discord.slash({ command: 'roll', options, ...caller, guildId: null }),
    discord.message({ content: `!roll ${written}`, files: [{ name: text, text }], ...caller }),
    discord.message({ content: `!race open ${written}`, ...caller }),
    discord.message({ content: `!race ${text}`, ...caller }),
    discord.userMenu({ command: 'roll', target: author, ...caller }),
    discord.messageMenu({ command: 'roll', target: { content: written, author }, ...caller })
  ]);
}

/** How the places of the rows go along with the numbers of their runs, and how much they could at most: each summed up over the rows. */
function orderOf(rows: readonly { readonly number: number }[]): { covariance: number; variance: number } {
  const ranks = new Map(
    rows
      .map(({ number }) => number)
      .toSorted((a, b) => a - b)
      .map((number, rank) => [number, rank])
  );
  const mean = (rows.length - 1) / 2;
  const covariance = rows.reduce((sum, { number }, place) => sum + ((ranks.get(number) as number) - mean) * (place - mean), 0);
  return { covariance, variance: (rows.length * (rows.length ** 2 - 1)) / 12 };
}

onBothDatabases((createDatabase) => {
  test('nothing that tells who, where or what was written reaches a row, a file, a log line, a report or the status', async () => {
    const database = await createDatabase();
    const bot = await startSentinelBot(database);
    const seen = async (): Promise<string> => [await rowsOf(database), await bytesOf(database), await shownBy(bot)].join('\n');
    const RUNS = 6;
    await fc.assert(
      fc.asyncProperty(uses, async (one) => {
        await use(bot, one);
        await settled();
        expect(leaksIn(await seen())).toEqual([]);
      }),
      { numRuns: RUNS }
    );
    const everything = await seen();
    for (const name of ['roll.roll', 'race.race', 'race.race_open', 'race.other']) expect(everything).toContain(`discord.${name}.invoke`);
    expect((await storedEvents(database)).length).toBeGreaterThanOrEqual(RUNS * 9 * 2);
    const channelIds = bot.discord.guilds.map(({ channelId }) => channelId);
    for (const sentinel of [bot.discord.bot.id, ...channelIds, SALT]) expect(everything).not.toContain(sentinel);
    await bot.stop();
    expect(leaksIn(await bytesOf(database))).toEqual([]);
  });

  test('a guild is known by its HMAC under a key from the salt alone: with another salt it is another guild', async () => {
    const database = await createDatabase();
    const salts = [SALT, [...SALT].toReversed().join('')];
    for (const salt of salts) {
      await using bot = await startSentinelBot(database, { TELEMETRY_HASH_SALT: salt });
      await bot.discord.slash({ command: 'roll' });
      await bot.discord.slash({ command: 'roll', guildId: null });
      await settled();
    }
    const hashes = await database.sql('select guild_hash as hash, count(*) as count from telemetry_events group by guild_hash');
    const expected = salts.map((salt) =>
      createHmac('sha256', scryptSync(salt, 'sapphire-plugin-telemetry', 32))
        .update(GUILD.id)
        .digest('hex')
    );
    expect(new Map(hashes.map(({ hash, count }) => [hash, Number(count)]))).toEqual(
      new Map<unknown, number>([...expected.map((hash) => [hash, 2] as const), [null, 4]])
    );
  });

  test('ids are random, and the order of the rows tells nothing of the order of the events', async () => {
    const database = await createDatabase();
    await using bot = await startSentinelBot(database, { TELEMETRY_FLUSH_INTERVAL_MS: '600000' });
    await until(() => container.telemetry.status().state === 'open');
    const RUNS = 200;
    for (let run = 0; run < RUNS; run += 1) container.telemetry.track({ ...ROLL, operation: `run_${run}` }, () => undefined);
    await settled();
    // In the order in which the engine keeps them: SQLite by its key, PostgreSQL by the place in the file.
    const place = database.engine === 'PostgreSQL' ? 'ctid' : 'day_bucket';
    const rows = await database.sql(`select id, event_name, sample_rate from telemetry_events where action = 'invoke' order by ${place}`);
    expect(rows).toHaveLength(RUNS);
    for (const { id } of rows) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const inOrder = rows.map((row) => ({
      segment: String(row['id']).slice(0, 13),
      number: Number(/run_(\d+)/.exec(String(row['event_name']))?.[1])
    }));
    // The order of two segments tells nothing, whichever it is (tests/events/eventId.test.ts): each is looked at by itself.
    const segments = Map.groupBy(inOrder, ({ segment }) => segment);
    expect(segments.size).toBeLessThanOrEqual(2);
    const [covariance, variance] = [...segments.values()]
      .map(orderOf)
      .reduce<[number, number]>((sums, of) => [sums[0] + of.covariance, sums[1] + of.variance], [0, 0]);
    // Spearman's rank correlation: without any order it is 0, with a standard error of 0.07.
    expect(Math.abs(covariance / variance)).toBeLessThan(0.4);
    expect(complaints(bot)).toEqual([]);
  });
});
