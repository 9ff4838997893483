import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { Command, container, InteractionHandler, InteractionHandlerTypes, Listener, type Piece } from '@sapphire/framework';
import '@sapphire/plugin-api/register';
import { Route } from '@sapphire/plugin-api';
import type { AutocompleteInteraction, ButtonInteraction, Message, ModalSubmitInteraction, StringSelectMenuInteraction } from 'discord.js';
import express from 'express';
import * as fc from 'fast-check';
import { closeNow, listenLocally } from '../examples/stand-ins/local.ts';
import type { RaceRoom } from '../examples/stand-ins/raceRoom.ts';
import { RedisServer } from '../examples/stand-ins/redisServer.ts';
import { instrumentRoom } from '../src/surfaces/racetime/instrumentRoom.ts';
import { telemetryMiddleware } from '../src/surfaces/api/middleware.ts';
import { ENABLED, settled, startBot, until, type TestBot } from './support/bot.ts';
import { countEvents, onBothDatabases, type TestDatabase } from './support/databases.ts';
import { endAs, uses, writtenIn, type Use } from './support/hostileUse.ts';
import { atSuiteEnd } from './support/postgresSuite.ts';
import { joinRoom, type BotRoom } from './support/raceRoom.ts';
import { bytesOf, leaksIn, rowsOf, shownBy } from './support/sentinels.ts';

/*
 * What tests/privacy.test.ts does to commands, done to everything else that is measured: each surface through its real library, with hostile
 * texts in all that a user can send and hostile errors thrown by the bot's own code.
 */

const hasRedis = RedisServer.isInstalled();
if (!hasRedis) process.stderr.write('SKIPPED: scheduled tasks under hostile use, since this machine has no redis-server\n');

const handlerOf = (interactionHandlerType: InteractionHandlerTypes) =>
  class extends InteractionHandler {
    constructor(context: InteractionHandler.LoaderContext, options: InteractionHandler.Options) {
      super(context, { ...options, interactionHandlerType });
    }
    // Each of them says what it does.
    override run(_interaction: never): unknown {
      throw new TypeError('not reached');
    }
  };

class Press extends handlerOf(InteractionHandlerTypes.Button) {
  override parse({ customId }: ButtonInteraction) {
    if (customId.startsWith('string')) throw customId;
    return this.some();
  }
  override async run(interaction: ButtonInteraction): Promise<void> {
    endAs(interaction.customId, interaction);
    await interaction.reply('done');
  }
}

class Choose extends handlerOf(InteractionHandlerTypes.SelectMenu) {
  override async run(interaction: StringSelectMenuInteraction): Promise<void> {
    endAs(interaction.values[0], interaction);
    await interaction.reply('done');
  }
}

class Submit extends handlerOf(InteractionHandlerTypes.ModalSubmit) {
  override async run(interaction: ModalSubmitInteraction): Promise<void> {
    endAs(interaction.fields.getTextInputValue('text'), interaction);
    await interaction.reply('done');
  }
}

class Find extends Command {
  override registerApplicationCommands(): void {}
  override async autocompleteRun(interaction: AutocompleteInteraction): Promise<void> {
    endAs(interaction.options.getFocused(), interaction);
    await interaction.respond([]);
  }
}

class Relay extends Listener {
  constructor(context: Listener.LoaderContext, options: Listener.Options) {
    super(context, { ...options, event: 'messageCreate' });
  }
  override async run(message: Message): Promise<void> {
    endAs(message.content, message);
  }
}

const textOf = (header: unknown): string => decodeURIComponent(String(header));

class Seeds extends Route {
  constructor(context: Route.LoaderContext) {
    super(context, { route: 'seeds/[text]', methods: ['POST'] });
  }
  override run(request: Route.Request, response: Route.Response): void {
    endAs(textOf(request.headers['x-text']), request);
    response.ok();
  }
}

/** A handler of a race room: the command fails by what it is told, and so does the seed that it rolls. */
class Racers {
  readonly #room: BotRoom;

  constructor(room: BotRoom) {
    this.#room = room;
  }

  async ex_seed(words: string[]): Promise<void> {
    await this.rollSeed(words.join(' ')).finally(() => this.#room.say('done'));
  }

  async rollSeed(written: string): Promise<void> {
    endAs(written, {});
  }
}

interface Tasks {
  create(task: { name: string; payload: unknown }): Promise<unknown>;
  close(): Promise<void>;
}

/** Loads the plugin for scheduled tasks and gives its one task here, as a piece. */
async function scheduledTask(): Promise<new (context: never) => Piece> {
  const plugin: string = '@sapphire/plugin-scheduled-tasks';
  await import(`${plugin}/register`);
  const { ScheduledTask } = (await import(plugin)) as { ScheduledTask: new (context: never, options: object) => Piece };
  return class extends ScheduledTask {
    constructor(context: never) {
      super(context, { name: 'announce' });
    }
    run(payload: string): void {
      endAs(payload, {});
    }
  };
}

interface Surfaces {
  readonly bot: TestBot;
  readonly room: RaceRoom;
  readonly routes: string;
  readonly middleware: string;
  readonly tasks: Tasks | undefined;
}

async function listenWithMiddleware(): Promise<string> {
  const app = express();
  app.post('/:text', telemetryMiddleware({ feature: 'seed', operation: 'generate' }), (request, response) => {
    try {
      endAs(textOf(request.headers['x-text']), request);
      response.end('done');
    } catch {
      response.status(500).end();
    }
  });
  const server = createServer(app);
  const port = await listenLocally(server);
  atSuiteEnd(() => closeNow(server));
  return `http://127.0.0.1:${port}`;
}

/** A request with everything hostile that HTTP can carry. */
async function askFor(base: string, text: string, written: string): Promise<unknown> {
  const encoded = encodeURIComponent(text);
  const headers = { 'x-text': encodeURIComponent(written), 'user-agent': encoded, cookie: `a=${encoded}`, authorization: encoded };
  // The plugin for routes gives no answer where it can't write of the error.
  const init = { method: 'POST', headers, body: text, signal: AbortSignal.timeout(300) };
  return fetch(`${base}/${encoded}?feature=${encoded}`, init).then(
    (response) => response.text(),
    () => undefined
  );
}

async function start({ env }: TestDatabase): Promise<Surfaces> {
  const redis = hasRedis ? await RedisServer.start() : undefined;
  if (redis !== undefined) atSuiteEnd(() => redis.stop());
  const api = { listenOptions: { port: 0, host: '127.0.0.1' } };
  const bot = await startBot({
    env: { ...ENABLED, ...env },
    commands: { find: Find },
    pieces: [
      ...Object.entries({ press: Press, choose: Choose, submit: Submit }).map(([name, piece]) => ({
        store: 'interaction-handlers',
        name,
        piece
      })),
      { store: 'listeners', name: 'relay', piece: Relay },
      { store: 'routes', name: 'seeds', piece: Seeds },
      ...(redis === undefined ? [] : [{ store: 'scheduled-tasks', name: 'announce', piece: await scheduledTask() }])
    ],
    client: {
      api,
      loadDefaultErrorListeners: false,
      telemetry: { autocomplete: true },
      ...(redis !== undefined && { tasks: { bull: { connection: { url: redis.url } } } })
    }
  });
  const { tasks } = container as { tasks?: Tasks };
  const { server } = container.server;
  const stop = async (): Promise<void> => {
    await tasks?.close();
    await closeNow(server);
    await bot.stop();
  };
  atSuiteEnd(stop);
  const { room } = await joinRoom((one) => instrumentRoom(new Racers(one), { category: 'alttpr' }), 'zqxj-812345678912345678');
  return {
    bot: { ...bot, stop },
    room,
    // The plugin for routes refuses who comes by address: it makes cookies for a domain.
    routes: `http://localhost:${(server.address() as AddressInfo).port}/seeds`,
    middleware: await listenWithMiddleware(),
    tasks: redis && tasks
  };
}

/** One use of every surface at once; resolves when each of its runs has been recorded. */
async function use({ bot: { discord }, room, routes, middleware, tasks }: Surfaces, one: Use): Promise<void> {
  const { text, user } = one;
  const written = writtenIn(one);
  const caller = { user, timeoutMs: 100 };
  const { made } = container.telemetry.status().counters;
  const calls = await Promise.all([
    discord.button({ customId: written, ...caller }),
    discord.select({ customId: text, values: [written, text], ...caller }),
    discord.modal({ customId: text, fields: { text: written }, ...caller }),
    discord.autocomplete({ command: 'find', focused: { name: 'text', value: written }, ...caller }),
    askFor(routes, text, written),
    askFor(middleware, text, written),
    room.ask(`!seed ${written}`, { user: user.name, withinMs: 300 }),
    ...(tasks === undefined ? [] : [tasks.create({ name: 'announce', payload: written })])
  ]);
  await discord.message({ content: written, files: [{ name: text, text }], user, expectReply: false });
  // Two events a call, and two of the seed that the command in the race room rolls.
  await until(() => container.telemetry.status().counters.made >= made + 2 * (calls.length + 1));
  await settled();
}

onBothDatabases((createDatabase) => {
  test('nothing that anyone sends to buttons, menus, forms, completions, listeners, routes, servers, race rooms and tasks is seen anywhere', async () => {
    const database = await createDatabase();
    const surfaces = await start(database);
    const seen = async (): Promise<string> => [await rowsOf(database), await bytesOf(database), await shownBy(surfaces.bot)].join('\n');
    await fc.assert(
      fc.asyncProperty(uses, async (one) => {
        await use(surfaces, one);
        expect(leaksIn(await seen())).toEqual([]);
      }),
      { numRuns: 10 }
    );
    const names = Object.keys(await countEvents(database)).map((name) => name.replace(/\.\w+$/, ''));
    // The second is the plugin's for routes, which can't read every error.
    const listeners = new Set(['discord.listener.relay', 'discord.listener.pluginrouteerror']);
    expect([...new Set(names)].filter((name) => !listeners.has(name))).toEqual([
      'api.seed.generate',
      'api.seeds.post',
      ...(hasRedis ? ['discord.announce.announce'] : []),
      'discord.choose.choose',
      'discord.find.find_autocomplete',
      'discord.press.press',
      'discord.submit.submit',
      'racetime.room.seed',
      'racetime.seed.generate'
    ]);
    expect(container.telemetry.status().counters).toMatchObject({ refused: 0, dropped: 0 });
    await surfaces.bot.stop();
    expect(leaksIn(await bytesOf(database))).toEqual([]);
  });
});
