import { expect, test } from '@jest/globals';
import { Command, container } from '@sapphire/framework';
import type { ChatInputCommandInteraction, Message } from 'discord.js';
import { standInUser } from '../../../examples/stand-ins/discord.ts';
import { settled, until, type TestBot } from '../../support/bot.ts';
import { endsOf, EVERY_END, onBothDatabases, outcomes, storedEvents } from '../../support/databases.ts';
import { failures, terminalEvents } from '../terminalEvents.ts';
import { startGeneratorBot } from './generatorBot.ts';

const buggy = (): never => {
  throw new Error('a bug of the bot');
};

const quick = { timeoutMs: 300 };

onBothDatabases((createDatabase) => {
  test('a slash command that ends well is stored as one invoke and one success, with the fields of the dictionary and no other', async () => {
    const database = await createDatabase();
    await using bot = await startGeneratorBot({ database });
    expect((await bot.discord.slash({ command: 'roll' }))?.content).toBe('done');
    await settled();

    const shared = {
      day_bucket: new Date().toISOString().slice(0, 10),
      surface: 'discord',
      feature: 'generator',
      status: 'ok',
      provider: null,
      guild_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      error_type: null,
      sample_rate: 1
    };
    expect(await storedEvents(database)).toEqual([
      { ...shared, event_name: 'discord.generator.roll.invoke', action: 'invoke', duration_ms: null },
      { ...shared, event_name: 'discord.generator.roll.success', action: 'success', duration_ms: expect.any(Number) }
    ]);
  });

  test('every way in which a plain command ends gives one invoke and one terminal event', async () => {
    const database = await createDatabase();
    await using bot = await startGeneratorBot({ database });
    const ends = ['well', 'throw', 'timeout', 'answered', 'denied'];
    await Promise.all(ends.map((end) => bot.discord.slash({ command: 'roll', options: { end }, ...quick })));
    await settled(5);
    expect(await outcomes(database)).toEqual({ 'discord.generator.roll': { runs: 5, ok: 1, failed: 4 } });
    const failed = await failures(database);
    expect(failed.map((row) => [row['status'], row['error_type'], row['duration_ms'] === null])).toEqual([
      ['denied', 'permission_denied', true],
      ['error', 'invalid_preset', false],
      ['error', 'unexpected_error', false],
      ['timeout', 'provider_timeout', false]
    ]);
    expect(await endsOf(database, 'discord.generator.roll')).toEqual(EVERY_END);
  });

  test.each<[string, (bot: TestBot, end: string) => Promise<unknown>]>([
    ['message command', ({ discord }, end) => discord.message({ content: `!roll ${end}`, ...quick })],
    ['context menu', ({ discord }, end) => discord.userMenu({ command: 'roll', target: standInUser(end), ...quick })]
  ])('a %s is measured like a slash command', async (_, use) => {
    const database = await createDatabase();
    await using bot = await startGeneratorBot({ database });
    await Promise.all(['well', 'throw', 'timeout', 'denied'].map((end) => use(bot, end)));
    await settled(4);
    expect(await endsOf(database, 'discord.generator.roll')).toEqual(EVERY_END);
    expect(await outcomes(database)).toEqual({ 'discord.generator.roll': { runs: 4, ok: 1, failed: 3 } });
  });

  test('a subcommand that throws, is denied, has no match or no handler is a failure, although its parent reports success', async () => {
    const database = await createDatabase();
    await using bot = await startGeneratorBot({ database });
    const alttpr = (subcommand: string, more = {}) => bot.discord.slash({ command: 'alttpr', subcommand, ...quick, ...more });
    await Promise.all([
      ...['preset', 'locked', 'nowhere', 'unhandled'].map((subcommand) => alttpr(subcommand)),
      alttpr('preset', { options: { end: 'throw' } }),
      ...['annotated', 'throw', 'timeout', 'denied'].map((end) => alttpr('reset', { group: 'admin', options: { end } })),
      alttpr('quiet', { group: 'admin' })
    ]);
    await settled(9);
    expect(await outcomes(database)).toEqual({
      'discord.generator.preset': { runs: 2, ok: 1, failed: 1 },
      'discord.generator.alttpr_locked': { runs: 1, ok: 0, failed: 1 },
      'discord.generator.alttpr_nowhere': { runs: 1, ok: 0, failed: 1 },
      'discord.generator.alttpr_unhandled': { runs: 1, ok: 0, failed: 1 },
      'discord.generator.alttpr_admin_reset': { runs: 4, ok: 1, failed: 3 }
    });
    expect(await endsOf(database, 'discord.generator.alttpr_admin_reset')).toEqual(EVERY_END);
    const ends = Object.fromEntries((await terminalEvents(database)).map((row) => [row['event_name'], row]));
    expect(ends).toMatchObject({
      'discord.generator.alttpr_locked.failure': { status: 'denied', error_type: 'rate_limited' },
      'discord.generator.alttpr_nowhere.failure': { error_type: 'unknown_subcommand' },
      'discord.generator.alttpr_unhandled.failure': { error_type: 'missing_handler' },
      'discord.generator.preset.success': { provider: 'alttpr' },
      'discord.generator.alttpr_admin_reset.success': { provider: 'samus.link' }
    });
  });

  test('subcommands by message and by hand have their own operations', async () => {
    const database = await createDatabase();
    await using bot = await startGeneratorBot({ database });
    const ends = ['', ' throw', ' timeout', ' denied'].map((end) => `admin reset${end}`);
    await Promise.all([
      ...['preset', 'preset throw', 'locked', ...ends, 'nowhere'].map((words) =>
        bot.discord.message({ content: `!alttpr ${words}`, ...quick })
      ),
      ...['announce', 'throw'].map((subcommand) => bot.discord.slash({ command: 'daily', subcommand, ...quick }))
    ]);
    await settled(10);
    expect(await outcomes(database)).toEqual({
      'discord.generator.preset': { runs: 2, ok: 1, failed: 1 },
      'discord.generator.alttpr_locked': { runs: 1, ok: 0, failed: 1 },
      'discord.generator.alttpr_admin_reset': { runs: 4, ok: 1, failed: 3 },
      'discord.generator.alttpr': { runs: 1, ok: 0, failed: 1 },
      'discord.daily.daily_announce': { runs: 1, ok: 1, failed: 0 },
      'discord.daily.daily_throw': { runs: 1, ok: 0, failed: 1 }
    });
    expect(await endsOf(database, 'discord.generator.alttpr_admin_reset')).toEqual(EVERY_END);
  });

  test('a command is left out, or named, by its own option and by the client options', async () => {
    const database = await createDatabase();
    await using bot = await startGeneratorBot({
      database,
      client: { telemetry: { commands: { roll: { feature: 'Fun Stuff', operation: 'die-roll' }, daily: false } } }
    });
    await bot.discord.slash({ command: 'secret' });
    await bot.discord.slash({ command: 'daily', subcommand: 'announce' });
    await bot.discord.slash({ command: 'roll' });
    await settled();
    expect(await outcomes(database)).toEqual({ 'discord.fun_stuff.die_roll': { runs: 1, ok: 1, failed: 0 } });
  });

  test('a message that is edited while its command runs is a second run, and each has its own end', async () => {
    const database = await createDatabase();
    const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const messages: Message[] = [];
    class Editable extends Command {
      override async messageRun(message: Message): Promise<void> {
        const index = messages.push(message) - 1;
        const run = container.telemetry.run(message);
        await gates[index]?.promise;
        run.annotate({ provider: `provider_${index}` });
        if (index === 1) throw new TypeError('the second one breaks');
      }
    }
    await using bot = await startGeneratorBot({ database, commands: { editable: Editable } });
    await bot.discord.message({ content: '!editable', expectReply: false });
    await until(() => messages.length === 1);
    // As @sapphire/plugin-editable-commands does.
    bot.client.emit('preMessageParsed', messages[0] as Message);
    await until(() => messages.length === 2);
    expect(messages[1]).toBe(messages[0]);
    gates[1]?.resolve();
    await until(() => container.telemetry.status().inFlight === 1);
    gates[0]?.resolve();
    await settled();
    const ends = (await storedEvents(database)).filter(({ action }) => action !== 'invoke');
    expect(ends.map((row) => [row['status'], row['error_type'], row['provider']])).toEqual([
      ['error', 'unexpected_error', 'provider_1'],
      ['ok', null, 'provider_0']
    ]);
    expect(await outcomes(database)).toEqual({ 'discord.editable.editable': { runs: 2, ok: 1, failed: 1 } });
  });

  test('a run in flight at shutdown ends as interrupted', async () => {
    const database = await createDatabase();
    class Endless extends Command {
      override async chatInputRun(interaction: ChatInputCommandInteraction): Promise<void> {
        await interaction.reply('working');
        await new Promise(() => undefined);
      }
    }
    await using bot = await startGeneratorBot({ database, commands: { endless: Endless } });
    await bot.discord.slash({ command: 'endless' });
    await until(() => container.telemetry.status().inFlight === 1);
    await bot.stop();
    expect(await outcomes(database)).toEqual({ 'discord.endless.endless': { runs: 1, ok: 0, failed: 1 } });
    expect(await storedEvents(database)).toContainEqual(
      expect.objectContaining({ action: 'failure', error_type: 'interrupted', duration_ms: null })
    );
  });

  test.each(['chatInputCommandRun', 'chatInputCommandSuccess'])(
    'a listener of the bot that throws in %s, before or after ours, leaves one invoke and one terminal event',
    async (event) => {
      for (const register of ['prependListener', 'on'] as const) {
        const database = await createDatabase();
        await using bot = await startGeneratorBot({
          database,
          beforeLogin: (client) => {
            if (register === 'on') client.on(event, buggy);
            else client.prependListener(event, buggy);
          }
        });
        await bot.discord.slash({ command: 'roll', ...quick });
        await settled();
        const { 'discord.generator.roll': roll, ...others } = await outcomes(database);
        expect(others).toEqual({});
        expect([
          { runs: 1, ok: 1, failed: 0 },
          { runs: 1, ok: 0, failed: 1 }
        ]).toContainEqual(roll);
      }
    }
  );
});
