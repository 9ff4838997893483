import { expect, test } from '@jest/globals';
import { container, InteractionHandler, InteractionHandlerTypes, UserError } from '@sapphire/framework';
import type { ButtonInteraction, ModalSubmitInteraction, StringSelectMenuInteraction } from 'discord.js';
import { ENABLED, settled, startBot, until, type TestBot } from './support/bot.ts';
import { countEvents, endsOf, EVERY_END, onBothDatabases, sqliteDatabase, storedEvents, type TestDatabase } from './support/databases.ts';

type Options = InteractionHandler.Options;
type Context = InteractionHandler.LoaderContext;
const { Button, MessageComponent, ModalSubmit, SelectMenu } = InteractionHandlerTypes;

/** A base for a handler of one type, with what it says to telemetry. */
const handlerOf = (interactionHandlerType: InteractionHandlerTypes, telemetry: Options['telemetry'] = {}) =>
  class extends InteractionHandler {
    constructor(context: Context, options: Options) {
      super(context, { ...options, interactionHandlerType, telemetry });
    }
    // Each test's handlers say what they do.
    override run(_interaction: never): unknown {
      throw new TypeError('not reached');
    }
  };

const broken = new TypeError('the button broke');

/** Ends as its custom id says, which begins with `press`. */
class Press extends handlerOf(Button) {
  override parse({ customId }: ButtonInteraction) {
    if (customId.includes('unreadable')) throw new RangeError(`unreadable ${customId}`);
    return customId.startsWith('press') ? this.some() : this.none();
  }
  override run(interaction: ButtonInteraction): unknown {
    const { customId } = interaction;
    if (customId.includes('at-once')) throw broken;
    return this.#later(interaction);
  }
  async #later(interaction: ButtonInteraction): Promise<void> {
    const { customId } = interaction;
    const { telemetry } = this.container;
    if (customId.includes('throw')) throw broken;
    if (customId.includes('timeout')) throw new DOMException('The operation timed out', 'TimeoutError');
    if (customId.includes('user-error')) throw new UserError({ identifier: 'notFound', message: customId });
    if (customId.includes('answered')) telemetry.run(interaction).fail('invalid_input');
    if (customId.includes('refused')) telemetry.run(interaction).fail('permission_denied');
    if (customId.includes('annotated')) telemetry.run(interaction).annotate({ provider: 'samus.link' });
    await interaction.reply(`pressed ${customId}`);
  }
}

/** Sees every component, and runs beside the one that answers. */
class Audit extends handlerOf(MessageComponent, { feature: 'audit', operation: 'seen' }) {
  override parse({ customId }: ButtonInteraction) {
    return customId.includes('audited') ? this.some() : this.none();
  }
  override async run({ customId }: ButtonInteraction): Promise<void> {
    if (customId.includes('audit-fails')) throw broken;
  }
}

class Choose extends handlerOf(SelectMenu, { feature: 'Fun Stuff', operation: 'pick-game', provider: 'alttpr' }) {
  override async run(interaction: StringSelectMenuInteraction): Promise<void> {
    await interaction.update(`picked ${interaction.values.join()}`);
  }
}

class Submit extends handlerOf(ModalSubmit, { feature: 'asynctournament' }) {
  override async run(interaction: ModalSubmitInteraction): Promise<void> {
    const time = interaction.fields.getTextInputValue('time');
    if (time.includes('throw')) throw new Error(time);
    if (time.includes('fail')) this.container.telemetry.run(interaction).fail(time);
    if (time.includes('annotate')) this.container.telemetry.run(interaction).annotate({ provider: time });
    await interaction.reply('submitted');
  }
}

class Quiet extends handlerOf(Button, false) {
  override parse({ customId }: ButtonInteraction) {
    if (customId.includes('quiet-broken')) throw broken;
    return customId.startsWith('quiet') ? this.some() : this.none();
  }
  override async run(interaction: ButtonInteraction): Promise<void> {
    await interaction.reply('pressed quietly');
  }
}

const pieces = Object.entries({ press: Press, audit: Audit, choose: Choose, submit: Submit, quiet: Quiet }).map(([name, piece]) => ({
  store: 'interaction-handlers' as const,
  name,
  piece
}));
const quick = { timeoutMs: 400 };

const startTestBot = ({ env }: Pick<TestDatabase, 'env'>, options: Parameters<typeof startBot>[0] = {}): Promise<TestBot> =>
  startBot({ pieces, ...options, env: { ...ENABLED, ...env, ...options.env } });

const press = ({ discord }: TestBot, customId: string) => discord.button({ customId, ...quick });

/** Of everything that was recorded. */
function expectConservation(counts: Readonly<Record<string, number>>): void {
  const sum = (action: string): number =>
    Object.entries(counts).reduce((total, [name, count]) => (name.endsWith(action) ? total + count : total), 0);
  expect(sum('.invoke')).toBe(sum('.success') + sum('.failure'));
}

onBothDatabases((createDatabase) => {
  test('buttons, menus and modals are measured by the names of their pieces, each run as one invoke and one terminal event', async () => {
    const database = await createDatabase();
    const bot = await startTestBot(database);
    expect((await press(bot, 'press-well'))?.content).toBe('pressed press-well');
    await Promise.all(
      ['throw', 'at-once', 'timeout', 'user-error', 'answered', 'refused', 'annotated'].map((end) => press(bot, `press-${end}`))
    );
    expect((await bot.discord.select({ customId: 'games', values: ['alttpr'] }))?.content).toBe('picked alttpr');
    expect((await bot.discord.modal({ customId: 'form', fields: { time: '1:23:45' } }))?.content).toBe('submitted');
    await settled();
    const counts = await countEvents(database);
    expect(counts).toEqual({
      'discord.press.press.invoke': 8,
      'discord.press.press.success': 2,
      'discord.press.press.failure': 6,
      'discord.fun_stuff.pick_game.invoke': 1,
      'discord.fun_stuff.pick_game.success': 1,
      'discord.asynctournament.submit.invoke': 1,
      'discord.asynctournament.submit.success': 1
    });
    expectConservation(counts);
    const ended = (await storedEvents(database)).filter(({ action }) => action !== 'invoke');
    for (const row of ended) expect(row).toMatchObject({ guild_hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    for (const row of ended.filter(({ status }) => status !== 'denied')) expect(row).toMatchObject({ duration_ms: expect.any(Number) });
    const of = (name: string) => ended.filter(({ event_name }) => event_name === name);
    expect(await endsOf(database, 'discord.press.press')).toEqual(EVERY_END);
    expect(of('discord.press.press.failure').map(({ status, error_type: type }) => [status, type])).toEqual([
      ['denied', 'permission_denied'],
      ['error', 'invalid_input'],
      ['error', 'not_found'],
      ['error', 'unexpected_error'],
      ['error', 'unexpected_error'],
      ['timeout', 'provider_timeout']
    ]);
    expect(new Set(of('discord.press.press.success').map(({ provider }) => provider))).toEqual(new Set([null, 'samus.link']));
    expect(of('discord.fun_stuff.pick_game.success')).toEqual([expect.objectContaining({ provider: 'alttpr' })]);
    await bot.stop();
  });

  test('nothing of a custom id, a chosen value or a field reaches a row, a line of ours in the log or the status', async () => {
    const database = await createDatabase();
    const user = { id: '723456789012345678', name: 'sentinel-user' };
    const bot = await startTestBot(database);
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
    expect(everything).toContain('discord.press.press.failure');
    expect(everything).not.toMatch(/sentinel|723456789012345678/i);
    expectConservation(await countEvents(database));
    await bot.stop();
  });
});

test('two handlers of one interaction are a lifecycle each, and the interaction finds the first', async () => {
  const database = await sqliteDatabase();
  const bot = await startTestBot(database);
  const ways = ['audited', 'audited audit-fails', 'audited answered', 'audited annotated', 'audited throw audit-fails'];
  await Promise.all(ways.map((how) => press(bot, `press ${how}`)));
  await settled();
  expect(await countEvents(database)).toEqual({
    'discord.press.press.invoke': 5,
    'discord.press.press.success': 3,
    'discord.press.press.failure': 2,
    'discord.audit.seen.invoke': 5,
    'discord.audit.seen.success': 3,
    'discord.audit.seen.failure': 2
  });
  const providers = (await storedEvents(database)).filter(({ provider }) => provider !== null).map((row) => row['event_name']);
  expect(providers).toEqual(['discord.press.press.success']);
  await bot.stop();
});

test('a handler that can not read its interaction has failed, in no time; the one that runs for it is counted beside', async () => {
  const database = await sqliteDatabase();
  const bot = await startTestBot(database);
  await press(bot, 'press unreadable audited');
  await settled();
  expect(await countEvents(database)).toEqual({
    'discord.press.press.invoke': 1,
    'discord.press.press.failure': 1,
    'discord.audit.seen.invoke': 1,
    'discord.audit.seen.success': 1
  });
  const failure = (await storedEvents(database)).find(({ action }) => action === 'failure');
  expect(failure).toMatchObject({ error_type: 'unexpected_error', duration_ms: null, guild_hash: expect.any(String) });
  await bot.stop();
});

test('a handler with telemetry: false, and an interaction that no handler takes, leave nothing', async () => {
  const database = await sqliteDatabase();
  const bot = await startTestBot(database);
  expect((await press(bot, 'quiet'))?.content).toBe('pressed quietly');
  await Promise.all(['quiet-broken', 'nobody', 'press'].map((customId) => press(bot, customId)));
  await settled();
  expect(await countEvents(database)).toEqual({
    'discord.press.press.invoke': 1,
    'discord.press.press.success': 1
  });
  await bot.stop();
});

test('a run in flight at shutdown ends as interrupted', async () => {
  const database = await sqliteDatabase();
  class Endless extends handlerOf(Button) {
    override async run(interaction: ButtonInteraction): Promise<void> {
      await interaction.reply('working');
      await new Promise(() => undefined);
    }
  }
  const bot = await startTestBot(database, { pieces: [{ store: 'interaction-handlers', name: 'endless', piece: Endless }] });
  await press(bot, 'any');
  await until(() => container.telemetry.status().inFlight === 1);
  await bot.stop();
  expect(await storedEvents(database)).toContainEqual(
    expect.objectContaining({ event_name: 'discord.endless.endless.failure', error_type: 'interrupted', duration_ms: null })
  );
});

test('run is called as it was written: with its piece and arguments, once, and what it returns or throws is handed on itself', async () => {
  const database = await sqliteDatabase();
  const results: readonly unknown[] = [Promise.resolve('a seed'), 'at once', undefined];
  const calls: unknown[][] = [];
  class Exact extends handlerOf(Button) {
    override run(...args: never[]): unknown {
      calls.push([this, ...args]);
      if (calls.length > results.length) throw broken;
      return results[calls.length - 1];
    }
  }
  const bot = await startTestBot(database, { pieces: [{ store: 'interaction-handlers', name: 'exact', piece: Exact }] });
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
  expect(await countEvents(database)).toEqual({
    'discord.exact.exact.invoke': 4,
    'discord.exact.exact.success': 3,
    'discord.exact.exact.failure': 1
  });
  await bot.stop();
});

test('users and the listeners of the bot see the same with telemetry and without', async () => {
  const seen = [];
  for (const enabled of ['true', 'false']) {
    const { env } = await sqliteDatabase();
    const errors: string[] = [];
    const bot = await startTestBot(
      { env: { ...env, TELEMETRY_ENABLED: enabled } },
      {
        beforeLogin: (client) => {
          for (const event of ['interactionHandlerError', 'interactionHandlerParseError'] as const) {
            client.on(event, (error, { handler }) => void errors.push(`${event} ${handler.name} ${error === broken || String(error)}`));
          }
          client.on('listenerError', (error) => void errors.push(String(error)));
        }
      }
    );
    const ends = ['well', 'throw', 'at-once', 'unreadable', 'user-error', 'answered', 'audited', 'audited audit-fails'];
    const replies = await Promise.all([
      ...ends.map((end) => press(bot, `press ${end}`)),
      bot.discord.select({ customId: 'games', values: ['sm'], ...quick }),
      ...['1:23:45', 'throw'].map((time) => bot.discord.modal({ customId: 'form', fields: { time }, ...quick }))
    ]);
    seen.push({ replies: replies.map((reply) => reply?.content), errors: errors.toSorted() });
    await bot.stop();
  }
  const [on, off] = seen;
  expect(off?.replies).toContain('pressed press answered');
  expect(off?.errors).toContain('interactionHandlerError press true');
  expect(on).toEqual(off);
});
