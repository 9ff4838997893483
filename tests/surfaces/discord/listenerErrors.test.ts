import { expect, test } from '@jest/globals';
import { container, Listener, UserError } from '@sapphire/framework';
import { renderCsv } from '../../../src/render/csv.ts';
import { renderEmbed } from '../../../src/render/embed.ts';
import { renderJson } from '../../../src/render/json.ts';
import { renderText } from '../../../src/render/text.ts';
import { settled, startBot, until, type TestBot } from '../../support/bot.ts';
import { endsOf, onBothDatabases, outcomes, sqliteDatabase, storedEvents, type TestDatabase } from '../../support/databases.ts';

const broken = new TypeError('sentinel text of @someone');

/** A listener of messages that throws. */
const throwing = (telemetry: Listener.Options['telemetry'] = {}) =>
  class extends Listener {
    constructor(context: Listener.LoaderContext, options: Listener.Options) {
      super(context, { ...options, event: 'messageCreate', telemetry });
    }
    override async run(): Promise<void> {
      throw broken;
    }
  };

const listeners = (pieces: Readonly<Record<string, new (context: Listener.LoaderContext, options: Listener.Options) => Listener>>) =>
  Object.entries(pieces).map(([name, piece]) => ({ store: 'listeners' as const, name, piece }));

/** Without Sapphire's own listener of errors, which can't read them all. */
const startListeningBot = (database: TestDatabase, pieces: ReturnType<typeof listeners>): Promise<TestBot> =>
  startBot({ database, pieces, client: { loadDefaultErrorListeners: false } });

/** Resolves once the bot has heard of `count` errors of listeners. */
async function say({ client, discord }: TestBot, count: number): Promise<unknown[]> {
  const errors: unknown[] = [];
  const hear = (error: unknown): void => void errors.push(error);
  client.on('listenerError', hear);
  await discord.message({ content: 'hello', expectReply: false });
  await until(() => errors.length >= count);
  client.off('listenerError', hear);
  return errors;
}

onBothDatabases((createDatabase) => {
  test('an error of a listener is a run that failed, without a time, by the name of the piece', async () => {
    const database = await createDatabase();
    const pieces = listeners({
      'Welcome-Members': throwing(),
      relay: throwing({ feature: 'bridge', operation: 'relay_out', provider: 'irc' }),
      quiet: throwing(false)
    });
    await using bot = await startListeningBot(database, pieces);
    expect(await say(bot, 3)).toEqual([broken, broken, broken]);
    await settled();
    const shared = { day_bucket: expect.any(String), surface: 'discord', guild_hash: null, duration_ms: null, sample_rate: 1 };
    const invoke = { ...shared, action: 'invoke', status: 'ok', error_type: null };
    const failure = { ...shared, action: 'failure', status: 'error', error_type: 'unexpected_error' };
    const bridge = { feature: 'listener_error', provider: 'irc' };
    const listener = { feature: 'listener_error', provider: null };
    expect(await storedEvents(database)).toEqual([
      { ...failure, ...bridge, event_name: 'discord.listener_error.relay_out.failure' },
      { ...invoke, ...bridge, event_name: 'discord.listener_error.relay_out.invoke' },
      { ...failure, ...listener, event_name: 'discord.listener_error.welcome_members.failure' },
      { ...invoke, ...listener, event_name: 'discord.listener_error.welcome_members.invoke' }
    ]);

    for (let run = 0; run < 3; run += 1)
      container.telemetry.track({ surface: 'discord', feature: 'seeds', operation: 'roll', provider: 'irc' }, () => run);
    const report = await container.telemetry.report();
    const count = { errorType: 'unexpected_error', status: 'error', count: 1 };
    expect(report).toMatchObject({
      events: 10,
      invokes: 3,
      outcomes: { successes: 3, failures: 0, successRate: 1 },
      features: [{ feature: 'seeds', invokes: 3 }],
      providers: [{ provider: 'irc', successes: 3, failures: 0 }],
      errors: [],
      listenerErrors: [
        { listener: 'relay_out', ...count },
        { listener: 'welcome_members', ...count }
      ],
      quality: { unfinished: 0 }
    });
    expect(report.daily[0]).toMatchObject({ events: 10, successes: 3, failures: 0 });
    const apart = renderEmbed(report).fields.find(({ name }) => name === 'Errors of listeners')?.value;
    for (const table of [renderText(report), apart]) expect(table).toMatch(/relay_out unexpected_er.* 1\n/);
    expect(renderText(report)).toContain('100.0% succeeded');
    expect(renderCsv(report)).toContain('\r\nlistener_error,discord,relay_out.unexpected_error,error,,,,,1,,');
    expect(JSON.parse(renderJson(report)).listenerErrors).toEqual(report.listenerErrors);
    expect(bot.log.filter((line) => /^\w+ Telemetry.*(sentinel|someone)/.test(line))).toEqual([]);
  });
});

test('a listener fails by what it threw: an error, a refusal or a timeout', async () => {
  const database = await sqliteDatabase();
  const thrown = [broken, new UserError({ identifier: 'permissionDenied' }), new DOMException('The operation timed out', 'TimeoutError')];
  let calls = 0;
  class Welcome extends Listener {
    constructor(context: Listener.LoaderContext, options: Listener.Options) {
      super(context, { ...options, event: 'messageCreate' });
    }
    override async run(): Promise<void> {
      throw thrown[calls++];
    }
  }
  await using bot = await startListeningBot(database, listeners({ welcome: Welcome }));
  for (const error of thrown) expect(await say(bot, 1)).toEqual([error]);
  await settled();
  expect(await endsOf(database, 'discord.listener_error.welcome')).toEqual(['denied', 'error', 'timeout']);
});

test('a listener that fails at the errors of listeners is left out, and so are our own', async () => {
  const database = await sqliteDatabase();
  let calls = 0;
  class Reporter extends Listener {
    constructor(context: Listener.LoaderContext, options: Listener.Options) {
      super(context, { ...options, event: 'listenerError' });
    }
    override async run(): Promise<void> {
      calls += 1;
      // Sapphire calls it for its own error too.
      if (calls < 20) throw broken;
    }
  }
  await using bot = await startListeningBot(database, listeners({ welcome: throwing(), reporter: Reporter }));
  await say(bot, 20);
  expect(calls).toBe(20);
  const ours = container.stores.get('listeners').filter(({ name }) => name.startsWith('sapphire-plugin-telemetry'));
  expect(ours.size).toBeGreaterThan(20);
  for (const piece of ours.values()) bot.client.emit('listenerError', broken, { piece });
  await settled();
  expect(await outcomes(database)).toEqual({ 'discord.listener_error.welcome': { runs: 1, ok: 0, failed: 1 } });
});

test('an error event that can not be read raises no other', async () => {
  const database = await sqliteDatabase();
  await using bot = await startListeningBot(database, []);
  let heard = 0;
  bot.client.on('listenerError', () => (heard += 1));
  for (const payload of [undefined, {}, { piece: null }]) bot.client.emit('listenerError', broken, payload as never);
  await new Promise((resolve) => setImmediate(resolve));
  await settled();
  expect(heard).toBe(3);
  expect(await outcomes(database)).toEqual({});
});
