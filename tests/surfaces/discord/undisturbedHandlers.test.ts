import { expect, test } from '@jest/globals';
import { container, type InteractionHandler, InteractionHandlerTypes } from '@sapphire/framework';
import { settled } from '../../support/bot.ts';
import { outcomes, sqliteDatabase } from '../../support/databases.ts';
import { broken, handlerOf, press, quick, startHandlersBot } from './handlersBot.ts';

test('run is called as it was written: with its piece and arguments, once, and what it returns or throws is handed on itself', async () => {
  const database = await sqliteDatabase();
  const results: readonly unknown[] = [Promise.resolve('a seed'), 'at once', undefined];
  const calls: unknown[][] = [];
  class Exact extends handlerOf(InteractionHandlerTypes.Button) {
    override run(...args: never[]): unknown {
      calls.push([this, ...args]);
      if (calls.length > results.length) throw broken;
      return results[calls.length - 1];
    }
  }
  await using bot = await startHandlersBot({ database, pieces: [{ store: 'interaction-handlers', name: 'exact', piece: Exact }] });
  const handler = container.stores.get('interaction-handlers').get('exact') as InteractionHandler;
  const interactions = [...results, broken].map(() => ({ guildId: null }));
  const call = (interaction: object | undefined): unknown => handler.run(interaction as never, 'parsed');
  for (const interaction of interactions) {
    bot.client.emit('interactionHandlerParseSome', undefined as never, { interaction, handler, value: 'parsed' } as never);
  }
  for (const [index, result] of results.entries()) expect(call(interactions[index])).toBe(result);
  expect(() => call(interactions.at(-1))).toThrow(broken);
  // A call by the bot itself is a part of what it does there, and no run of its own.
  expect(() => call(interactions[0])).toThrow(broken);
  expect(calls).toEqual([...interactions, interactions[0]].map((interaction) => [handler, interaction, 'parsed']));
  await settled();
  expect(await outcomes(database)).toEqual({ 'discord.exact.button': { runs: 4, ok: 3, failed: 1 } });
});

test('users and the listeners of the bot see the same with telemetry and without', async () => {
  const seen = [];
  for (const enabled of ['true', 'false']) {
    const errors: string[] = [];
    await using bot = await startHandlersBot({
      database: await sqliteDatabase(),
      env: { TELEMETRY_ENABLED: enabled },
      beforeLogin: (client) => {
        for (const event of ['interactionHandlerError', 'interactionHandlerParseError'] as const) {
          client.on(event, (error, { handler }) => void errors.push(`${event} ${handler.name} ${error === broken || String(error)}`));
        }
        client.on('listenerError', (error) => void errors.push(String(error)));
      }
    });
    const ends = ['well', 'throw', 'at-once', 'unreadable', 'user-error', 'answered', 'audited', 'audited audit-fails'];
    const replies = await Promise.all([
      ...ends.map((end) => press(bot, `press ${end}`)),
      bot.discord.select({ customId: 'games', values: ['sm'], ...quick }),
      ...['1:23:45', 'throw'].map((time) => bot.discord.modal({ customId: 'form', fields: { time }, ...quick }))
    ]);
    seen.push({ replies: replies.map((reply) => reply?.content), errors: errors.toSorted() });
  }
  const [on, off] = seen;
  expect(off?.replies).toContain('pressed press answered');
  expect(off?.errors).toContain('interactionHandlerError press true');
  expect(on).toEqual(off);
});
