import { expect, test } from '@jest/globals';
import { container, InteractionHandlerTypes } from '@sapphire/framework';
import type { ButtonInteraction } from 'discord.js';
import { settled, until } from '../../support/bot.ts';
import { endsOf, EVERY_END, onBothDatabases, outcomes, sqliteDatabase, storedEvents } from '../../support/databases.ts';
import { failures, terminalEvents } from '../terminalEvents.ts';
import { handlerOf, press, quick, startHandlersBot } from './handlersBot.ts';

onBothDatabases((createDatabase) => {
  test('buttons, menus and modals are measured by the names of their pieces, each run as one invoke and one terminal event', async () => {
    const database = await createDatabase();
    await using bot = await startHandlersBot({ database });
    expect((await press(bot, 'press-well'))?.content).toBe('pressed press-well');
    await Promise.all(
      ['throw', 'at-once', 'timeout', 'user-error', 'answered', 'refused', 'annotated'].map((end) => press(bot, `press-${end}`))
    );
    expect((await bot.discord.select({ customId: 'games', values: ['alttpr'] }))?.content).toBe('picked alttpr');
    expect((await bot.discord.modal({ customId: 'form', fields: { time: '1:23:45' } }))?.content).toBe('submitted');
    await settled();
    expect(await outcomes(database)).toEqual({
      'discord.press.button': { runs: 8, ok: 2, failed: 6 },
      'discord.fun_stuff.pick_game': { runs: 1, ok: 1, failed: 0 },
      'discord.asynctournament.submit': { runs: 1, ok: 1, failed: 0 }
    });
    const ended = await terminalEvents(database);
    for (const row of ended) expect(row).toMatchObject({ guild_hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    for (const row of ended.filter(({ status }) => status !== 'denied')) expect(row).toMatchObject({ duration_ms: expect.any(Number) });
    const of = (name: string) => ended.filter(({ event_name }) => event_name === name);
    expect(await endsOf(database, 'discord.press.button')).toEqual(EVERY_END);
    expect(of('discord.press.button.failure').map(({ status, error_type: type }) => [status, type])).toEqual([
      ['denied', 'permission_denied'],
      ['error', 'invalid_input'],
      ['error', 'not_found'],
      ['error', 'unexpected_error'],
      ['error', 'unexpected_error'],
      ['timeout', 'provider_timeout']
    ]);
    expect(new Set(of('discord.press.button.success').map(({ provider }) => provider))).toEqual(new Set([null, 'samus.link']));
    expect(of('discord.fun_stuff.pick_game.success')).toEqual([expect.objectContaining({ provider: 'alttpr' })]);
  });

  test('nothing of a custom id, a chosen value or a field reaches a row, a line of ours in the log or the status', async () => {
    const database = await createDatabase();
    const user = { id: '723456789012345678', name: 'sentinel-user' };
    await using bot = await startHandlersBot({ database });
    const caller = { user, ...quick };
    const text = `sentinel.invoke sentinel@example.org ${user.id}`;
    const { discord } = bot;
    await Promise.all([
      ...['well', 'throw', 'unreadable', 'user-error', 'answered', 'audited', 'audited audit-fails'].map((how) =>
        discord.button({ customId: `press ${how} ${text}`, ...caller })
      ),
      discord.select({ customId: text, values: ['sentinel', user.id], ...caller }),
      ...['well', 'throw', 'fail', 'annotate'].map((how) =>
        discord.modal({ customId: text, fields: { time: `${how} ${text}` }, ...caller })
      )
    ]);
    await settled();
    const rows = await database.sql('select * from telemetry_events');
    expect(rows).toHaveLength(28);
    const lines = bot.log.filter((line) => /^\w+ Telemetry/.test(line));
    const everything = JSON.stringify([rows, lines, container.telemetry.status(), await container.telemetry.report()]);
    expect(everything).toContain('discord.press.button.failure');
    expect(everything).not.toMatch(/sentinel|723456789012345678/i);
    for (const { runs, ok, failed } of Object.values(await outcomes(database))) expect(runs).toBe(ok + failed);
  });
});

test('two handlers of one interaction are a lifecycle each, and the interaction finds the first', async () => {
  const database = await sqliteDatabase();
  await using bot = await startHandlersBot({ database });
  const ways = ['audited', 'audited audit-fails', 'audited answered', 'audited annotated', 'audited throw audit-fails'];
  await Promise.all(ways.map((how) => press(bot, `press ${how}`)));
  await settled();
  expect(await outcomes(database)).toEqual({
    'discord.press.button': { runs: 5, ok: 3, failed: 2 },
    'discord.audit.seen': { runs: 5, ok: 3, failed: 2 }
  });
  const providers = (await storedEvents(database)).filter(({ provider }) => provider !== null).map((row) => row['event_name']);
  expect(providers).toEqual(['discord.press.button.success']);
});

test('a handler that can not read its interaction has failed, in no time; the one that runs for it is counted beside', async () => {
  const database = await sqliteDatabase();
  await using bot = await startHandlersBot({ database });
  await press(bot, 'press unreadable audited');
  await settled();
  expect(await outcomes(database)).toEqual({
    'discord.press.button': { runs: 1, ok: 0, failed: 1 },
    'discord.audit.seen': { runs: 1, ok: 1, failed: 0 }
  });
  const unread = { error_type: 'unexpected_error', duration_ms: null, guild_hash: expect.any(String) };
  expect(await failures(database)).toEqual([expect.objectContaining(unread)]);
});

test('a handler with telemetry: false, and an interaction that no handler takes, leave nothing', async () => {
  const database = await sqliteDatabase();
  await using bot = await startHandlersBot({ database });
  expect((await press(bot, 'quiet'))?.content).toBe('pressed quietly');
  await Promise.all(['quiet-broken', 'nobody', 'press'].map((customId) => press(bot, customId)));
  await settled();
  expect(await outcomes(database)).toEqual({ 'discord.press.button': { runs: 1, ok: 1, failed: 0 } });
});

test('a run in flight at shutdown ends as interrupted', async () => {
  const database = await sqliteDatabase();
  class Endless extends handlerOf(InteractionHandlerTypes.Button) {
    override async run(interaction: ButtonInteraction): Promise<void> {
      await interaction.reply('working');
      await new Promise(() => undefined);
    }
  }
  await using bot = await startHandlersBot({ database, pieces: [{ store: 'interaction-handlers', name: 'endless', piece: Endless }] });
  await press(bot, 'any');
  await until(() => container.telemetry.status().inFlight === 1);
  await bot.stop();
  expect(await storedEvents(database)).toContainEqual(
    expect.objectContaining({ event_name: 'discord.endless.button.failure', error_type: 'interrupted', duration_ms: null })
  );
});
