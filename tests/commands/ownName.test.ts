// Sapphire keeps what it registered for as long as a process lives, so what a bot calls its own differs from test to test here.
import { expect, test } from '@jest/globals';
import { Command, container, Listener, type ApplicationCommandRegistry } from '@sapphire/framework';
import type { ChatInputCommandInteraction } from 'discord.js';
import { ENABLED, settled, startBot, until, type TestBot } from '../support/bot.ts';
import { onBothDatabases, outcomes } from '../support/databases.ts';
import { startMeasuredBot } from '../support/measuredBot.ts';

interface Own {
  /** What its piece is called. */
  readonly piece: string;
  readonly aliases?: string[];
  /** What it registers with Discord; nothing, if there is none. */
  readonly registered?: string;
}

/** A command of the bot's own, that any user may call. */
const ownCommand = ({ piece, aliases = [], registered }: Own) =>
  class extends Command {
    constructor(context: Command.LoaderContext, options: Command.Options) {
      super(context, { ...options, name: piece, aliases, description: 'Of the bot' });
    }
    override registerApplicationCommands(registry: ApplicationCommandRegistry): void {
      if (registered !== undefined)
        registry.registerChatInputCommand((builder) => builder.setName(registered).setDescription('Of the bot'));
    }
    override async chatInputRun(interaction: ChatInputCommandInteraction): Promise<void> {
      await interaction.reply('mine');
    }
    override async messageRun(message: { reply(text: string): Promise<unknown> }): Promise<unknown> {
      return message.reply('mine');
    }
  };

const warnings = ({ log }: TestBot): string[] => log.filter((line) => line.includes('TELEMETRY_COMMAND'));
/** Those of a bot's names that are registered now: each once, or two of them would be of one name. */
const registeredNames = ({ discord }: TestBot, ...names: string[]): string[] =>
  discord.commands.map(({ name }) => name).filter((name) => names.includes(name) || name.includes('telemetry'));

/** A bot with that command, once everything is registered: its piece comes before ours or after it. */
async function startWith(own: Own, env: Readonly<Record<string, string>>, order: 'before' | 'after' = 'after'): Promise<TestBot> {
  const command = ownCommand(own);
  let registered = false;
  const bot = await startBot({
    env: { ...env, TELEMETRY_COMMAND: own.registered ?? own.aliases?.[0] ?? own.piece },
    beforeLogin: (client) => {
      client.once('applicationCommandRegistriesRegistered', () => (registered = true));
      const store = container.stores.get('commands');
      const insert = store.insert.bind(store);
      const add = async (): Promise<void> => {
        const context = { store, root: '/bot', path: '/bot/own.js', name: own.piece };
        await insert(new command(context, { name: own.piece, enabled: true }));
      };
      const loadAll = store.loadAll.bind(store);
      store.loadAll = async () => {
        await loadAll();
        if (order === 'before') {
          const [name, ours] = [...store].find(([key]) => key.startsWith('sapphire-plugin')) ?? [];
          store.delete(name ?? '');
          await add();
          store.set(name ?? '', ours as Command);
        } else await add();
      };
    }
  });
  await until(() => registered);
  return bot;
}

onBothDatabases((createDatabase) => {
  test("a bot's own command of our name is registered, answered and measured, and ours steps aside with one warning", async () => {
    const database = await createDatabase();
    const piece = `stats-${database.engine.toLowerCase()}`;
    await using bot = await startWith({ piece, registered: piece }, { ...ENABLED, ...database.env });
    expect(registeredNames(bot, piece)).toEqual([piece]);
    expect((await bot.discord.slash({ command: piece }))?.content).toBe('mine');
    expect((await bot.discord.message({ content: `!${piece}` }))?.content).toBe('mine');
    expect(warnings(bot)).toEqual([expect.stringMatching(/^Warn Telemetry: .* of its own, .* set TELEMETRY_COMMAND to another name$/)]);
    await settled();
    const name = piece.replace('-', '_');
    expect(await outcomes(database)).toEqual({ [`discord.${name}.${name}`]: { runs: 2, ok: 2, failed: 0 } });
  });
});

test.each<[string, Own, 'before' | 'after']>([
  ['a piece that comes before ours', { piece: 'usage-one', registered: 'usage-one' }, 'before'],
  ['an alias', { piece: 'usage-two', aliases: ['usage-two-alias'] }, 'after'],
  ['an alias of a piece that comes before ours', { piece: 'usage-three', aliases: ['usage-three-alias'] }, 'before'],
  ['what a piece of another name registers', { piece: 'usage-four', registered: 'usage-four-registered' }, 'after']
])('our command steps aside for %s, with telemetry off too', async (_, own, order) => {
  await using bot = await startWith(own, {}, order);
  const name = own.registered ?? own.aliases?.[0] ?? own.piece;
  expect(registeredNames(bot, name)).toEqual(own.registered === undefined ? [] : [name]);
  expect((await bot.discord.message({ content: `!${own.aliases?.[0] ?? own.piece}` }))?.content).toBe('mine');
  // Sapphire finds an alias by the name of a slash command too.
  expect((await bot.discord.slash({ command: name }))?.content).toBe('mine');
  expect(warnings(bot)).toHaveLength(1);
});

test('TELEMETRY_COMMAND names our command, beside a command telemetry of the bot', async () => {
  await using bot = await startBot({
    env: { TELEMETRY_COMMAND: 'bot-usage' },
    commands: { telemetry: ownCommand({ piece: 'telemetry', registered: 'telemetry' }) }
  });
  await until(() => registeredNames(bot, 'bot-usage').length === 2);
  expect((await bot.discord.slash({ command: 'telemetry' }))?.content).toBe('mine');
  const ours = await bot.discord.slash({ command: 'bot-usage', subcommand: 'status', user: bot.discord.owner });
  expect(ours?.content).toMatch(/^Telemetry is off/);
  expect(warnings(bot)).toEqual([]);
});

test("a bot's own listener that is called like one of ours works beside it", async () => {
  let heard = 0;
  const own = class extends Listener {
    constructor(context: Listener.LoaderContext, options: Listener.Options) {
      super(context, { ...options, event: 'chatInputCommandFinish' });
    }
    override run(): void {
      heard += 1;
    }
  };
  const names = ['chatInputCommandFinish', 'telemetryChatInputCommandFinish'];
  await using bot = await startMeasuredBot({
    env: { TELEMETRY_COMMAND: 'listened' },
    commands: { ping: ownCommand({ piece: 'ping' }) },
    pieces: names.map((name) => ({ store: 'listeners', name, piece: own }))
  });
  await bot.discord.slash({ command: 'ping' });
  await until(() => heard === names.length && container.telemetry.status().counters.made === 2);
});
