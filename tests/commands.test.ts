import { expect, test } from '@jest/globals';
import { Command, container, Precondition, type Args } from '@sapphire/framework';
import { Subcommand } from '@sapphire/plugin-subcommands';
import { ApplicationCommandType, type ChatInputCommandInteraction, type Message, type UserContextMenuCommandInteraction } from 'discord.js';
import { ENABLED, settled, startBot, until, type TestBot } from './support/bot.ts';
import { countEvents, endsOf, EVERY_END, onBothDatabases, storedEvents, type TestDatabase } from './support/databases.ts';

/** One command in every shape that Sapphire runs: how it ends is told by the option `end`, or by the word after the command's name. */
async function endAs(
  end: string | null | undefined,
  trigger: ChatInputCommandInteraction | UserContextMenuCommandInteraction | Message
): Promise<void> {
  if (end === 'throw') throw new TypeError('something broke for @someone');
  if (end === 'timeout') throw new DOMException('The operation timed out', 'TimeoutError');
  if (end === 'answered') container.telemetry.run(trigger).fail('invalid_preset');
  if (end === 'annotated') container.telemetry.run(trigger).annotate({ provider: 'samus.link' });
  await trigger.reply({ content: 'done' });
}

class Roll extends Command {
  constructor(context: Command.LoaderContext, options: Command.Options) {
    super(context, { ...options, preconditions: ['RefusesDenied'], fullCategory: ['generator'] });
  }
  override registerApplicationCommands(registry: Command.Registry): void {
    registry.registerChatInputCommand((builder) =>
      builder
        .setName('roll')
        .setDescription('Rolls')
        .addStringOption((end) => end.setName('end').setDescription('How it ends'))
    );
    registry.registerContextMenuCommand({ name: 'roll', type: ApplicationCommandType.User });
  }
  override async chatInputRun(interaction: ChatInputCommandInteraction): Promise<void> {
    await endAs(interaction.options.getString('end'), interaction);
  }
  override async contextMenuRun(interaction: UserContextMenuCommandInteraction): Promise<void> {
    await endAs(interaction.targetUser.username, interaction);
  }
  override async messageRun(message: Message, args: Args): Promise<void> {
    await endAs(args.finished ? null : await args.pick('string'), message);
  }
}

/** `/alttpr preset`, as a generator bot declares it. */
class Alttpr extends Subcommand {
  constructor(context: Subcommand.LoaderContext, options: Subcommand.Options) {
    super(context, {
      ...options,
      telemetry: {
        feature: 'generator',
        provider: 'alttpr',
        subcommands: { preset: { operation: 'preset' }, 'admin/quiet': false }
      },
      subcommands: [
        { name: 'preset', chatInputRun: 'preset', messageRun: 'presetMessage' },
        { name: 'locked', chatInputRun: 'preset', messageRun: 'presetMessage', preconditions: ['RefusesAll'] },
        { name: 'unhandled', messageRun: 'presetMessage' },
        {
          name: 'admin',
          type: 'group',
          entries: [
            { name: 'reset', chatInputRun: 'preset', messageRun: 'presetMessage', preconditions: ['RefusesDenied'] },
            { name: 'quiet', chatInputRun: 'preset' }
          ]
        }
      ]
    });
  }
  override registerApplicationCommands(): void {}
  async preset(interaction: ChatInputCommandInteraction): Promise<void> {
    await endAs(interaction.options.getString('end'), interaction);
  }
  async presetMessage(message: Message, args: Args): Promise<void> {
    await endAs(args.finished ? null : await args.pick('string'), message);
  }
}

/** Subcommands by hand, without a plugin for them. */
class Daily extends Command {
  override registerApplicationCommands(): void {}
  override async chatInputRun(interaction: ChatInputCommandInteraction): Promise<void> {
    await endAs(interaction.options.getSubcommand(), interaction);
  }
}

class Secret extends Command {
  constructor(context: Command.LoaderContext, options: Command.Options) {
    super(context, { ...options, telemetry: false });
  }
  override registerApplicationCommands(): void {}
  override async chatInputRun(interaction: ChatInputCommandInteraction): Promise<void> {
    await interaction.reply('done');
  }
}

class RefusesDenied extends Precondition {
  override chatInputRun(interaction: ChatInputCommandInteraction): Precondition.Result {
    return interaction.options.getString('end') === 'denied' ? this.error({ message: 'no' }) : this.ok();
  }
  override contextMenuRun(interaction: UserContextMenuCommandInteraction): Precondition.Result {
    return interaction.targetUser.username === 'denied' ? this.error({ message: 'no' }) : this.ok();
  }
  override messageRun(message: Message): Precondition.Result {
    return message.content.endsWith('denied') ? this.error({ message: 'no' }) : this.ok();
  }
}

class RefusesAll extends Precondition {
  override chatInputRun(): Precondition.Result {
    return this.error({ identifier: 'preconditionCooldown' });
  }
  override messageRun(): Precondition.Result {
    return this.error({ identifier: 'preconditionCooldown' });
  }
}

declare module '@sapphire/framework' {
  interface Preconditions {
    RefusesDenied: never;
    RefusesAll: never;
  }
}

const commands = { roll: Roll, alttpr: Alttpr, daily: Daily, secret: Secret };
const pieces = [
  { store: 'preconditions', name: 'RefusesDenied', piece: RefusesDenied },
  { store: 'preconditions', name: 'RefusesAll', piece: RefusesAll }
] as const;

const startTestBot = (database: TestDatabase, options: Parameters<typeof startBot>[0] = {}): Promise<TestBot> =>
  startBot({ commands, pieces, ...options, env: { ...ENABLED, ...database.env, ...options.env } });

const buggy = (): never => {
  throw new Error('a bug of the bot');
};

const today = (): string => new Date().toISOString().slice(0, 10);
const quick = { timeoutMs: 300 };

onBothDatabases((createDatabase) => {
  test('a slash command that ends well is stored as one invoke and one success, with the fields of the dictionary and no other', async () => {
    const database = await createDatabase();
    const bot = await startTestBot(database);
    expect((await bot.discord.slash({ command: 'roll' }))?.content).toBe('done');
    await settled();

    const shared = {
      day_bucket: today(),
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
    await bot.stop();
  });

  test('every way in which a plain command ends gives one invoke and one terminal event', async () => {
    const database = await createDatabase();
    const bot = await startTestBot(database);
    for (const end of ['well', 'throw', 'timeout', 'answered', 'denied'])
      await bot.discord.slash({ command: 'roll', options: { end }, ...quick });
    await settled();
    expect(await countEvents(database)).toEqual({
      'discord.generator.roll.invoke': 5,
      'discord.generator.roll.success': 1,
      'discord.generator.roll.failure': 4
    });
    const failures = (await storedEvents(database)).filter(({ action }) => action === 'failure');
    expect(failures.map((row) => [row['status'], row['error_type'], row['duration_ms'] === null])).toEqual([
      ['denied', 'permission_denied', true],
      ['error', 'invalid_preset', false],
      ['error', 'unexpected_error', false],
      ['timeout', 'provider_timeout', false]
    ]);
    expect(await endsOf(database, 'discord.generator.roll')).toEqual(EVERY_END);
    await bot.stop();
  });

  test.each<[string, (bot: TestBot, end: string) => Promise<unknown>]>([
    ['message command', ({ discord }, end) => discord.message({ content: `!roll ${end}`, ...quick })],
    ['context menu', ({ discord }, end) => discord.userMenu({ command: 'roll', target: { id: '111111111111111111', name: end }, ...quick })]
  ])('a %s is measured like a slash command', async (_, use) => {
    const database = await createDatabase();
    const bot = await startTestBot(database);
    for (const end of ['well', 'throw', 'timeout', 'denied']) await use(bot, end);
    await settled();
    expect(await endsOf(database, 'discord.generator.roll')).toEqual(EVERY_END);
    expect(await countEvents(database)).toMatchObject({ 'discord.generator.roll.success': 1, 'discord.generator.roll.failure': 3 });
    await bot.stop();
  });

  test('a subcommand that throws, is denied, has no match or no handler is a failure, although its parent reports success', async () => {
    const database = await createDatabase();
    const bot = await startTestBot(database);
    const alttpr = (subcommand: string, more = {}) => bot.discord.slash({ command: 'alttpr', subcommand, ...quick, ...more });
    await alttpr('preset');
    await alttpr('preset', { options: { end: 'throw' } });
    await alttpr('locked');
    await alttpr('nowhere');
    await alttpr('unhandled');
    for (const end of ['annotated', 'throw', 'timeout', 'denied']) await alttpr('reset', { group: 'admin', options: { end } });
    await alttpr('quiet', { group: 'admin' });
    await settled();
    expect(await countEvents(database)).toEqual({
      'discord.generator.preset.invoke': 2,
      'discord.generator.preset.success': 1,
      'discord.generator.preset.failure': 1,
      'discord.generator.alttpr_locked.invoke': 1,
      'discord.generator.alttpr_locked.failure': 1,
      'discord.generator.alttpr_nowhere.invoke': 1,
      'discord.generator.alttpr_nowhere.failure': 1,
      'discord.generator.alttpr_unhandled.invoke': 1,
      'discord.generator.alttpr_unhandled.failure': 1,
      'discord.generator.alttpr_admin_reset.invoke': 4,
      'discord.generator.alttpr_admin_reset.success': 1,
      'discord.generator.alttpr_admin_reset.failure': 3
    });
    expect(await endsOf(database, 'discord.generator.alttpr_admin_reset')).toEqual(EVERY_END);
    const byName = Object.fromEntries((await storedEvents(database)).map((row) => [row['event_name'], row]));
    expect(byName['discord.generator.alttpr_locked.failure']).toMatchObject({ status: 'denied', error_type: 'rate_limited' });
    expect(byName['discord.generator.alttpr_nowhere.failure']).toMatchObject({ error_type: 'unknown_subcommand' });
    expect(byName['discord.generator.alttpr_unhandled.failure']).toMatchObject({ error_type: 'missing_handler' });
    expect(byName['discord.generator.preset.success']).toMatchObject({ provider: 'alttpr' });
    expect(byName['discord.generator.alttpr_admin_reset.success']).toMatchObject({ provider: 'samus.link' });
    await bot.stop();
  });

  test('subcommands by message and by hand have their own operations', async () => {
    const database = await createDatabase();
    const bot = await startTestBot(database);
    const ends = ['', ' throw', ' timeout', ' denied'].map((end) => `admin reset${end}`);
    for (const words of ['preset', 'preset throw', 'locked', ...ends, 'nowhere'])
      await bot.discord.message({ content: `!alttpr ${words}`, timeoutMs: 300 });
    await bot.discord.slash({ command: 'daily', subcommand: 'announce' });
    await bot.discord.slash({ command: 'daily', subcommand: 'throw', ...quick });
    await settled();
    expect(await countEvents(database)).toEqual({
      'discord.generator.preset.invoke': 2,
      'discord.generator.preset.success': 1,
      'discord.generator.preset.failure': 1,
      'discord.generator.alttpr_locked.invoke': 1,
      'discord.generator.alttpr_locked.failure': 1,
      'discord.generator.alttpr_admin_reset.invoke': 4,
      'discord.generator.alttpr_admin_reset.success': 1,
      'discord.generator.alttpr_admin_reset.failure': 3,
      'discord.generator.alttpr.invoke': 1,
      'discord.generator.alttpr.failure': 1,
      'discord.daily.daily_announce.invoke': 1,
      'discord.daily.daily_announce.success': 1,
      'discord.daily.daily_throw.invoke': 1,
      'discord.daily.daily_throw.failure': 1
    });
    expect(await endsOf(database, 'discord.generator.alttpr_admin_reset')).toEqual(EVERY_END);
    await bot.stop();
  });

  test('a command is left out, or named, by its own option and by the client options', async () => {
    const database = await createDatabase();
    const bot = await startTestBot(database, {
      client: { telemetry: { commands: { roll: { feature: 'Fun Stuff', operation: 'die-roll' }, daily: false } } }
    });
    await bot.discord.slash({ command: 'secret' });
    await bot.discord.slash({ command: 'daily', subcommand: 'announce' });
    await bot.discord.slash({ command: 'roll' });
    await settled();
    expect(await countEvents(database)).toEqual({ 'discord.fun_stuff.die_roll.invoke': 1, 'discord.fun_stuff.die_roll.success': 1 });
    await bot.stop();
  });

  test('a run in flight at shutdown ends as interrupted', async () => {
    const database = await createDatabase();
    class Endless extends Command {
      override async chatInputRun(interaction: ChatInputCommandInteraction): Promise<void> {
        await interaction.reply('working');
        await new Promise(() => undefined);
      }
    }
    const bot = await startTestBot(database, { commands: { endless: Endless } });
    await bot.discord.slash({ command: 'endless' });
    await until(() => container.telemetry.status().inFlight === 1);
    await bot.stop();
    expect(await countEvents(database)).toEqual({ 'discord.endless.endless.invoke': 1, 'discord.endless.endless.failure': 1 });
    expect(await storedEvents(database)).toContainEqual(
      expect.objectContaining({ action: 'failure', error_type: 'interrupted', duration_ms: null })
    );
  });

  test.each(['chatInputCommandRun', 'chatInputCommandSuccess'])(
    'a listener of the bot that throws in %s, before or after ours, leaves one invoke and one terminal event',
    async (event) => {
      for (const register of ['prependListener', 'on'] as const) {
        const database = await createDatabase();
        const bot = await startTestBot(database, {
          beforeLogin: (client) => {
            if (register === 'on') client.on(event, buggy);
            else client.prependListener(event, buggy);
          }
        });
        await bot.discord.slash({ command: 'roll', ...quick });
        await settled();
        const { 'discord.generator.roll.invoke': invokes, ...terminals } = await countEvents(database);
        expect(invokes).toBe(1);
        expect(Object.values(terminals)).toEqual([1]);
        await bot.stop();
      }
    }
  );
});
