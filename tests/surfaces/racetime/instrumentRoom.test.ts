import { expect, test } from '@jest/globals';
import { Command, container } from '@sapphire/framework';
import type { ChatInputCommandInteraction } from 'discord.js';
import { settled, until, type TestBot } from '../../support/bot.ts';
import { endsOf, EVERY_END, onBothDatabases, outcomes, sqliteDatabase, storedEvents } from '../../support/databases.ts';
import { failures } from '../terminalEvents.ts';
import { LOCKED, SHORT_MS, SLOW, startRoomBot } from './roomBot.ts';

const SENTINEL = 'sentinel-user 712345678901234567 sentinel@example.org';

onBothDatabases((createDatabase) => {
  test('every command and every seed of a race room is stored with how it went', async () => {
    const database = await createDatabase();
    await using bot = await startRoomBot({ database });
    const { room, provider } = bot;
    expect(await room.ask('!help')).toBe('help');
    expect(await room.ask('!SEED open please')).toBe('a seed');
    expect(room.info).toMatch(/^\w{8}$/);
    provider.next('ok', 'unavailable', 'reset', 'slow');
    expect(await room.ask('!seed nightmare')).toBe('no nightmare');
    expect(await room.ask(`!seed ${LOCKED}`)).toBe('for moderators');
    for (const message of ['!seed', '!seed', `!seed ${SLOW}`, '!broken', '!rejected']) expect(await room.ask(message)).toMatch(/^Sorry/);
    await settled();

    expect(await outcomes(database)).toEqual({
      'racetime.room.help': { runs: 1, ok: 1, failed: 0 },
      'racetime.room.seed': { runs: 6, ok: 1, failed: 5 },
      'racetime.seed.generate': { runs: 6, ok: 1, failed: 5 },
      'racetime.room.broken': { runs: 1, ok: 0, failed: 1 },
      'racetime.room.rejected': { runs: 1, ok: 0, failed: 1 }
    });
    const rows = await storedEvents(database);
    for (const row of rows) expect(row).toMatchObject({ surface: 'racetime', provider: 'alttpr', guild_hash: null });
    const failed = await failures(database);
    const failuresOf = (name: string): string[] =>
      failed.filter((row) => row['event_name'] === `${name}.failure`).map((row) => `${String(row['status'])} ${String(row['error_type'])}`);
    // The command fails by the very error of its seed.
    for (const name of ['racetime.seed.generate', 'racetime.room.seed']) {
      expect(failuresOf(name)).toEqual([
        'denied permission_denied',
        'error invalid_preset',
        'error provider_unavailable',
        'error provider_unavailable',
        'timeout provider_timeout'
      ]);
    }
    expect(await endsOf(database, 'racetime.room.seed')).toEqual(EVERY_END);
    expect(await endsOf(database, 'racetime.seed.generate')).toEqual(EVERY_END);
    expect(failuresOf('racetime.room.broken')).toEqual(['error unexpected_error']);
    expect(failuresOf('racetime.room.rejected')).toEqual(['error unexpected_error']);
    const timedOut = rows.filter(({ status }) => status === 'timeout');
    for (const row of timedOut) expect(Number(row['duration_ms'])).toBeGreaterThanOrEqual(SHORT_MS - 10);

    const { counters } = container.telemetry.status();
    expect(counters).toMatchObject({ made: rows.length, written: rows.length, dropped: 0, refused: 0 });
  });

  test('what is no command gives nothing, and nothing of users, messages and rooms reaches a row, a log line or a report', async () => {
    const database = await createDatabase();
    await using bot = await startRoomBot({ database, slug: 'sentinel-room-712345678901234567' });
    const { room, complaints } = bot;
    const user = SENTINEL;
    for (const word of ['!sentinel', '!', '! seed', '!constructor', '!__proto__', 'xhelp', '!toString', 'seed', '!greet', `!${SENTINEL}`])
      room.say(word, user);
    room.say(`!broken ${SENTINEL}`, user);
    room.say(`!rejected ${SENTINEL}`, user);
    room.say(`!seed ${SENTINEL}`, user);
    room.say(`!help ${SENTINEL}`, user);
    await until(() => container.telemetry.status().counters.made === 10);
    await settled();
    expect(await outcomes(database)).toEqual({
      'racetime.room.broken': { runs: 1, ok: 0, failed: 1 },
      'racetime.room.help': { runs: 1, ok: 1, failed: 0 },
      'racetime.room.rejected': { runs: 1, ok: 0, failed: 1 },
      'racetime.room.seed': { runs: 1, ok: 0, failed: 1 },
      'racetime.seed.generate': { runs: 1, ok: 0, failed: 1 }
    });
    const shown: unknown[] = [bot.log, complaints, await database.sql('select * from telemetry_events')];
    for (const options of [{}, { format: 'text' }, { format: 'csv' }, { format: 'json' }]) shown.push(await reportOf(bot, options));
    expect(JSON.stringify(shown)).toContain('rejected');
    expect(JSON.stringify(shown)).not.toMatch(/sentinel|712345678901234567/i);
  });

  test('a report is of all surfaces or of one, and a provider that several use is added up', async () => {
    const database = await createDatabase();
    class Roll extends Command {
      override async chatInputRun(interaction: ChatInputCommandInteraction): Promise<void> {
        await interaction.reply('a seed');
      }
    }
    await using bot = await startRoomBot({
      database,
      commands: { roll: Roll },
      client: { telemetry: { commands: { roll: { feature: 'generator', operation: 'preset', provider: 'alttpr' } } } }
    });
    await bot.room.ask('!seed');
    await bot.room.ask('!broken');
    for (let call = 0; call < 3; call += 1) await bot.discord.slash({ command: 'roll' });
    await settled();

    const all = JSON.parse(await reportOf(bot, { format: 'json' })) as object;
    expect(all).toMatchObject({ surface: null, invokes: 6, providers: [{ provider: 'alttpr', successes: 5, failures: 1 }] });
    const racetime = JSON.parse(await reportOf(bot, { format: 'json', surface: 'racetime' })) as object;
    expect(racetime).toMatchObject({ surface: 'racetime', invokes: 3, providers: [{ provider: 'alttpr', successes: 2, failures: 1 }] });
    expect(racetime).toMatchObject({ features: Array(3).fill(expect.objectContaining({ surface: 'racetime' })), errors: [{ count: 1 }] });

    const text = await reportOf(bot, { format: 'text' });
    for (const line of [/^ {2}discord generator +3 /m, /^ {2}racetime room +2 /m, /^ {2}racetime seed +1 /m]) expect(text).toMatch(line);
    expect(text).toMatch(/^ {2}alttpr +6 /m);
    const filtered = await reportOf(bot, { format: 'text', surface: 'racetime' });
    expect(filtered).toMatch(/racetime only/);
    expect(filtered).toMatch(/^ {2}alttpr +3 /m);
    expect(filtered).not.toContain('generator');
    const csv = await reportOf(bot, { format: 'csv', surface: 'racetime' });
    expect(csv).toMatch(/^operation,racetime,seed\.generate,,1,1,0/m);
    expect(csv).toMatch(/^provider,racetime,alttpr,,,2,1,/m);
    expect(csv).not.toContain('discord');
  });
});

async function reportOf({ discord }: TestBot, options: { format?: string; surface?: string }): Promise<string> {
  const reply = await discord.slash({ command: 'telemetry', subcommand: 'report', options: { days: 1, ...options }, user: discord.owner });
  return reply?.files[0]?.text ?? JSON.stringify(reply?.components);
}

test('a command that runs while the connection breaks is counted once, and the bot comes back', async () => {
  const database = await sqliteDatabase();
  await using bot = await startRoomBot({ database });
  const { room, handlers } = bot;
  const gate = Promise.withResolvers<void>();
  for (const handler of handlers) handler.gate = gate.promise;
  room.say('!gated');
  await until(() => container.telemetry.status().inFlight === 1);
  expect(await room.disconnect()).toBe(true);
  gate.resolve();
  expect(await room.ask('!help')).toBe('help');
  await settled();
  expect(await outcomes(database)).toEqual({
    'racetime.room.gated': { runs: 1, ok: 1, failed: 0 },
    'racetime.room.help': { runs: 1, ok: 1, failed: 0 }
  });
  expect(handlers).toHaveLength(1);
  // The second time it is found among the races again.
  expect(await room.disconnect()).toBe(true);
  expect(handlers).toHaveLength(2);
  expect(await room.ask('!help')).toBe('help');
  room.setStatus('finished');
  await until(() => !room.isJoined);
});

test('with telemetry off a room is answered just the same', async () => {
  await using bot = await startRoomBot();
  expect(await bot.room.ask('!seed')).toBe('a seed');
  expect(await bot.room.ask('!broken')).toMatch(/^Sorry/);
  expect(container.telemetry.status()).toMatchObject({ state: 'off', counters: { made: 0 } });
});
