import { expect, test } from '@jest/globals';
import { runs } from '../src/surfaces/runs.ts';
import { Command, container, Precondition, type Args } from '@sapphire/framework';
import { Subcommand } from '@sapphire/plugin-subcommands';
import type { ChatInputCommandInteraction, ContextMenuCommandInteraction, Message } from 'discord.js';
import * as fc from 'fast-check';
import { createHmac } from 'node:crypto';
import type { RunDescription } from '../src/events/runDescription.ts';
import { ENABLED, SALT, settled, startBot, until, type TestBot } from './support/bot.ts';
import { countEvents, onBothDatabases, storedEvents, type TestDatabase } from './support/databases.ts';
import { endAs, uses, writtenIn, type Use } from './support/hostileUse.ts';
import { bytesOf, leaksIn, rowsOf, shownBy } from './support/sentinels.ts';

const GUILD = { id: '812345678901234567', name: 'zqxj guild' };
const USER = { id: '812345678912345678', name: 'zqxj user' };
async function end(written: string | null, trigger: ChatInputCommandInteraction | ContextMenuCommandInteraction | Message): Promise<void> {
  endAs(written, trigger);
  await trigger.reply({ content: 'done' });
}

class Roll extends Command {
  constructor(context: Command.LoaderContext, options: Command.Options) {
    super(context, { ...options, preconditions: ['SentinelGate'] });
  }
  override async chatInputRun(interaction: ChatInputCommandInteraction): Promise<void> {
    await end(interaction.options.getString('text'), interaction);
  }
  override async contextMenuRun(interaction: ContextMenuCommandInteraction): Promise<void> {
    if (interaction.isUserContextMenuCommand()) await end(interaction.targetUser.username, interaction);
    if (interaction.isMessageContextMenuCommand()) await end(interaction.targetMessage.content, interaction);
  }
  override async messageRun(message: Message, args: Args): Promise<void> {
    await end(args.finished ? null : await args.rest('string'), message);
  }
}

class Race extends Subcommand {
  constructor(context: Subcommand.LoaderContext, options: Subcommand.Options) {
    super(context, { ...options, subcommands: [{ name: 'open', chatInputRun: 'open', messageRun: 'openMessage' }] });
  }
  async open(interaction: ChatInputCommandInteraction): Promise<void> {
    await end(interaction.options.getString('text'), interaction);
  }
  async openMessage(message: Message): Promise<void> {
    await end(message.content.replace('!race open ', ''), message);
  }
}

class SentinelGate extends Precondition {
  override chatInputRun({ options }: ChatInputCommandInteraction): Precondition.Result {
    const text = options.getString('text') ?? '';
    return text.startsWith('deny') ? this.error({ identifier: text, message: text, context: { user: USER } }) : this.ok();
  }
  override contextMenuRun(): Precondition.Result {
    return this.ok();
  }
  override messageRun(): Precondition.Result {
    return this.ok();
  }
}

declare module '@sapphire/framework' {
  interface Preconditions {
    SentinelGate: never;
  }
}

const startSentinelBot = ({ env }: TestDatabase, more: Readonly<Record<string, string>> = {}): Promise<TestBot> =>
  startBot({
    env: { ...ENABLED, ...env, ...more },
    commands: { roll: Roll, race: Race },
    pieces: [{ store: 'preconditions', name: 'SentinelGate', piece: SentinelGate }],
    discord: { guilds: [GUILD] }
  });

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

  test('names that are no names become "other" or "unexpected_error", are counted, and break nothing', async () => {
    const database = await createDatabase();
    const bot = await startSentinelBot(database, { TELEMETRY_QUEUE_SIZE: '100000' });
    const throwing = new Proxy(
      {},
      {
        get: () => {
          throw new Error('sentinel');
        }
      }
    );
    const hostile: unknown[] = [
      'a.b',
      'sentinel.example.org',
      'x'.repeat(65),
      `user_${USER.id}`,
      'id١٢٣٤٥٦٧٨٩٠١٢٣٤٥٦٧',
      '',
      ' ',
      'semi;colon',
      "o'clock",
      '<@723456789012345678>',
      'emoji😀',
      '\u202Eright-to-left',
      'nul\u0000',
      { feature: 'sentinel' },
      ['sentinel', 'list'],
      () => 'sentinel'
    ];
    const key = {};
    let folded = 0;
    for (const name of hostile as string[]) {
      container.telemetry.track(
        {
          surface: 'discord',
          feature: name,
          operation: name,
          provider: typeof name === 'string' ? `a b ${name}` : name,
          guildId: GUILD.id
        },
        () => undefined
      );
      runs().begin(key, { surface: 'discord', feature: 'seeds', operation: 'roll' });
      container.telemetry.run(key).annotate({ provider: `a b ${name}` });
      container.telemetry.run(key).fail(name);
      runs().end(key);
      expect({ name, folded: container.telemetry.status().replacedNames }).toEqual({ name, folded: (folded += 5) });
    }
    await container.telemetry.flush();
    await until(() => container.telemetry.status().state === 'open');
    await settled();
    expect(await countEvents(database)).toEqual({
      'discord.other.other.invoke': hostile.length,
      'discord.other.other.success': hostile.length,
      'discord.seeds.roll.invoke': hostile.length,
      'discord.seeds.roll.failure': hostile.length
    });
    for (const row of await storedEvents(database)) {
      expect([null, 'other']).toContain(row['provider']);
      expect([null, 'unexpected_error']).toContain(row['error_type']);
    }

    for (const name of [throwing, null, undefined, Symbol('sentinel'), Object.create(null), 7n] as unknown as string[]) {
      expect(
        container.telemetry.track({ surface: 'discord', feature: name, operation: name, provider: name, guildId: name }, () => 'a seed')
      ).toBe('a seed');
      expect(() => container.telemetry.run(key).fail(name)).not.toThrow();
      expect(() => container.telemetry.run(key).annotate({ provider: name })).not.toThrow();
    }
    await settled();
    const { counters } = container.telemetry.status();
    expect(counters).toMatchObject({ refused: 0, dropped: 0, made: counters.written });
    expect(JSON.stringify(await storedEvents(database)) + (await shownBy(bot))).not.toMatch(/sentinel|723456789012345678/i);
    await bot.stop();
  });

  test('a text of several lines is no name', async () => {
    const database = await createDatabase();
    const bot = await startSentinelBot(database);
    container.telemetry.track({ surface: 'discord', feature: 'seeds\nof', operation: 'roll' }, () => undefined);
    container.telemetry.track({ surface: 'discord', feature: 'seeds', operation: 'of\nroll' }, () => undefined);
    await settled();
    expect(await countEvents(database)).toMatchObject({ 'discord.other.roll.invoke': 1, 'discord.seeds.other.invoke': 1 });
    await bot.stop();
  });

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    [
      'a proxy that throws',
      new Proxy(
        {},
        {
          get: () => {
            throw new Error('sentinel');
          },
          ownKeys: () => {
            throw new Error('sentinel');
          }
        }
      )
    ]
  ])('where code hands over %s instead of names, the work goes on all the same', async (_, wrong) => {
    const database = await createDatabase();
    const bot = await startSentinelBot(database);
    const { telemetry } = container;
    expect(telemetry.track(wrong as RunDescription, () => 'a seed')).toBe('a seed');
    expect(() => runs().begin({}, wrong as RunDescription)).not.toThrow();
    expect(() => runs().annotate({}, wrong as { provider: string })).not.toThrow();
    for (const method of ['succeed', 'end', 'has'] as const) expect(() => runs()[method](wrong as object)).not.toThrow();
    await bot.stop();
    expect(bot.log.join('\n')).not.toContain('sentinel');
  });

  test('a guild is known by its HMAC under the salt alone: with another salt it is another guild', async () => {
    const database = await createDatabase();
    const salts = [SALT, [...SALT].toReversed().join('')];
    for (const salt of salts) {
      const bot = await startSentinelBot(database, { TELEMETRY_HASH_SALT: salt });
      await bot.discord.slash({ command: 'roll' });
      await bot.discord.slash({ command: 'roll', guildId: null });
      await settled();
      await bot.stop();
    }
    const hashes = await database.sql('select guild_hash as hash, count(*) as count from telemetry_events group by guild_hash');
    const expected = salts.map((salt) => createHmac('sha256', salt).update(GUILD.id).digest('hex'));
    expect(new Map(hashes.map(({ hash, count }) => [hash, Number(count)]))).toEqual(
      new Map<unknown, number>([...expected.map((hash) => [hash, 2] as const), [null, 4]])
    );
  });

  test('ids are random, and the order of the rows tells nothing of the order of the events', async () => {
    const database = await createDatabase();
    const bot = await startSentinelBot(database, { TELEMETRY_FLUSH_INTERVAL_MS: '600000' });
    await until(() => container.telemetry.status().state === 'open');
    const RUNS = 200;
    for (let run = 0; run < RUNS; run += 1)
      container.telemetry.track({ surface: 'discord', feature: 'seeds', operation: `run_${run}` }, () => undefined);
    await settled();
    // As the engine has them: SQLite by its key, PostgreSQL by the place in the file.
    const place = database.engine === 'PostgreSQL' ? 'ctid' : 'day_bucket';
    const rows = await database.sql(`select id, event_name, sample_rate from telemetry_events where action = 'invoke' order by ${place}`);
    expect(rows).toHaveLength(RUNS);
    for (const { id } of rows) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const numbers = rows.map((row) => Number(/run_(\d+)/.exec(String(row['event_name']))?.[1]));
    const mean = (RUNS - 1) / 2;
    const covariance = numbers.reduce((sum, number, index) => sum + (number - mean) * (index - mean), 0) / RUNS;
    const variance = (RUNS ** 2 - 1) / 12;
    // Spearman's rank correlation: of no order it is 0 with a standard error of 0.07.
    expect(Math.abs(covariance / variance)).toBeLessThan(0.4);
    await bot.stop();
  });
});
