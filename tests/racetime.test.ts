import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { Command, container, UserError } from '@sapphire/framework';
import type { ChatInputCommandInteraction } from 'discord.js';
import { WebSocket } from 'ws';
import { ProviderStandIn } from '../examples/stand-ins/provider.ts';
import { RacetimeStandIn, type RaceRoom } from '../examples/stand-ins/racetime.ts';
import { instrumentRoom, type RoomOptions } from '../src/surfaces/racetime/instrumentRoom.ts';
import { ENABLED, settled, startBot, until, type TestBot } from './support/bot.ts';
import { countEvents, endsOf, EVERY_END, onBothDatabases, sqliteDatabase, storedEvents } from './support/databases.ts';
import { atSuiteEnd } from './support/postgresSuite.ts';
import { joinRoom, type BotRoom } from './support/raceRoom.ts';

const ROOM = { category: 'alttpr' };
/** How long the handler waits for a seed of this preset, and of any other. */
const SLOW = 'crosskeys';
/** A preset that is not for everybody. */
const LOCKED = 'mystery';
const [SHORT_MS, LONG_MS] = [50, 20_000];
const SENTINEL = 'sentinel-user 712345678901234567 sentinel@example.org';

/** Commands of every kind. Its private fields show that a method is called on the handler itself. */
class Handler {
  readonly #room: BotRoom;
  readonly #provider: string;
  gate = Promise.resolve();

  constructor(room: BotRoom, provider: string) {
    this.#room = room;
    this.#provider = provider;
  }

  ex_help(): void {
    this.#room.say('help');
  }
  async ex_seed([preset]: string[]): Promise<void> {
    const seed = await this.rollSeed(preset ?? 'open');
    this.#room.setInfo(seed);
    this.#room.say('a seed');
  }
  async rollSeed(preset: string): Promise<string> {
    if (preset === LOCKED) throw new UserError({ identifier: 'permissionDenied', message: 'for moderators' });
    const body = JSON.stringify({ game: 'alttpr', preset });
    const signal = AbortSignal.timeout(preset === SLOW ? SHORT_MS : LONG_MS);
    const response = await fetch(`${this.#provider}/seeds`, { method: 'POST', body, signal });
    if (response.status === 422) throw new UserError({ identifier: 'invalidPreset', message: `no ${preset}` });
    if (!response.ok) throw Object.assign(new Error(`${response.status}`), { status: response.status });
    return ((await response.json()) as { hash: string }).hash;
  }
  ex_broken(args: string[]): void {
    throw new Error(args.join(' '));
  }
  async ex_rejected(args: string[]): Promise<void> {
    await wait(1);
    throw new RangeError(args.join(' '));
  }
  async ex_gated(): Promise<void> {
    await this.gate;
  }
  greet(): void {
    this.#room.say('not a command');
  }
}

interface Served {
  readonly bot: TestBot;
  readonly provider: ProviderStandIn;
  readonly room: RaceRoom;
  readonly handlers: Handler[];
  /** What the bot was told of things that went wrong. */
  readonly complaints: string[];
}

/** A bot with the plugin that is in a race room of the stand-in. */
async function serve(env: Readonly<Record<string, string>>, slug?: string, options: Parameters<typeof startBot>[0] = {}): Promise<Served> {
  const bot = await startBot({ env, ...options });
  const provider = await ProviderStandIn.start({ delayMs: 1, slowMs: 2 * LONG_MS });
  atSuiteEnd(() => provider.stop());
  const handlers: Handler[] = [];
  const createHandler = (room: BotRoom): Handler => {
    const handler = new Handler(room, provider.url);
    handlers.push(handler);
    return instrumentRoom(handler, ROOM);
  };
  return { bot, provider, handlers, ...(await joinRoom(createHandler, slug)) };
}

onBothDatabases((createDatabase) => {
  test('every command and every seed of a race room is stored with how it went', async () => {
    const database = await createDatabase();
    const { bot, room, provider } = await serve({ ...ENABLED, ...database.env });
    expect(await room.ask('!help')).toBe('help');
    expect(await room.ask('!SEED open please')).toBe('a seed');
    expect(room.info).toMatch(/^\w{8}$/);
    provider.next('ok', 'unavailable', 'reset', 'slow');
    expect(await room.ask('!seed nightmare')).toBe('no nightmare');
    expect(await room.ask(`!seed ${LOCKED}`)).toBe('for moderators');
    for (const message of ['!seed', '!seed', `!seed ${SLOW}`, '!broken', '!rejected']) expect(await room.ask(message)).toMatch(/^Sorry/);
    await settled();

    expect(await countEvents(database)).toEqual({
      'racetime.room.help.invoke': 1,
      'racetime.room.help.success': 1,
      'racetime.room.seed.invoke': 6,
      'racetime.room.seed.success': 1,
      'racetime.room.seed.failure': 5,
      'racetime.seed.generate.invoke': 6,
      'racetime.seed.generate.success': 1,
      'racetime.seed.generate.failure': 5,
      'racetime.room.broken.invoke': 1,
      'racetime.room.broken.failure': 1,
      'racetime.room.rejected.invoke': 1,
      'racetime.room.rejected.failure': 1
    });
    const rows = await storedEvents(database);
    for (const row of rows) expect(row).toMatchObject({ surface: 'racetime', provider: 'alttpr', guild_hash: null });
    const failures = (name: string): unknown[] =>
      rows.filter((row) => row['event_name'] === `${name}.failure`).map((row) => `${String(row['status'])} ${String(row['error_type'])}`);
    // The command fails by the very error of its seed.
    for (const name of ['racetime.seed.generate', 'racetime.room.seed']) {
      expect(failures(name)).toEqual([
        'denied permission_denied',
        'error invalid_preset',
        'error provider_unavailable',
        'error provider_unavailable',
        'timeout provider_timeout'
      ]);
    }
    expect(await endsOf(database, 'racetime.room.seed')).toEqual(EVERY_END);
    expect(await endsOf(database, 'racetime.seed.generate')).toEqual(EVERY_END);
    expect(failures('racetime.room.broken')).toEqual(['error unexpected_error']);
    expect(failures('racetime.room.rejected')).toEqual(['error unexpected_error']);
    const timedOut = rows.filter(({ status }) => status === 'timeout');
    for (const row of timedOut) expect(Number(row['duration_ms'])).toBeGreaterThanOrEqual(SHORT_MS - 10);

    const { counters } = container.telemetry.status();
    expect(counters).toMatchObject({ made: rows.length, written: rows.length, dropped: 0, refused: 0 });
    await bot.stop();
  });

  test('what is no command gives nothing, and nothing of users, messages and rooms reaches a row, a log line or a report', async () => {
    const database = await createDatabase();
    const { bot, room, complaints } = await serve({ ...ENABLED, ...database.env }, 'sentinel-room-712345678901234567');
    const user = SENTINEL;
    for (const word of ['!sentinel', '!', '! seed', '!constructor', '!__proto__', 'xhelp', '!toString', 'seed', '!greet', `!${SENTINEL}`])
      room.say(word, user);
    room.say(`!broken ${SENTINEL}`, user);
    room.say(`!rejected ${SENTINEL}`, user);
    room.say(`!seed ${SENTINEL}`, user);
    room.say(`!help ${SENTINEL}`, user);
    await until(() => container.telemetry.status().counters.made === 10);
    await settled();
    expect(Object.keys(await countEvents(database))).toEqual([
      'racetime.room.broken.failure',
      'racetime.room.broken.invoke',
      'racetime.room.help.invoke',
      'racetime.room.help.success',
      'racetime.room.rejected.failure',
      'racetime.room.rejected.invoke',
      'racetime.room.seed.failure',
      'racetime.room.seed.invoke',
      'racetime.seed.generate.failure',
      'racetime.seed.generate.invoke'
    ]);
    const shown: unknown[] = [bot.log, complaints, await database.sql('select * from telemetry_events')];
    for (const format of ['embed', 'text', 'csv', 'json']) shown.push(await reportOf(bot, { format }));
    expect(JSON.stringify(shown)).toContain('rejected');
    expect(JSON.stringify(shown)).not.toMatch(/sentinel|712345678901234567/i);
    await bot.stop();
  });

  test('a report is of all surfaces or of one, and a provider that several use is added up', async () => {
    const database = await createDatabase();
    class Roll extends Command {
      override async chatInputRun(interaction: ChatInputCommandInteraction): Promise<void> {
        await interaction.reply('a seed');
      }
    }
    const { bot, room } = await serve({ ...ENABLED, ...database.env }, undefined, {
      commands: { roll: Roll },
      client: { telemetry: { commands: { roll: { feature: 'generator', operation: 'preset', provider: 'alttpr' } } } }
    });
    await room.ask('!seed');
    await room.ask('!broken');
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
    await bot.stop();
  });
});

async function reportOf({ discord }: TestBot, options: { format: string; surface?: string }): Promise<string> {
  const reply = await discord.slash({ command: 'telemetry', subcommand: 'report', options: { days: 1, ...options }, user: discord.owner });
  return reply?.files[0]?.text ?? JSON.stringify(reply?.embeds);
}

test('a command that runs while the connection breaks is counted once, and the bot comes back', async () => {
  const database = await sqliteDatabase();
  const { bot, room, handlers } = await serve({ ...ENABLED, ...database.env });
  const gate = Promise.withResolvers<void>();
  for (const handler of handlers) handler.gate = gate.promise;
  room.say('!gated');
  await until(() => container.telemetry.status().inFlight === 1);
  expect(await room.disconnect()).toBe(true);
  gate.resolve();
  expect(await room.ask('!help')).toBe('help');
  await settled();
  expect(await countEvents(database)).toEqual({
    'racetime.room.gated.invoke': 1,
    'racetime.room.gated.success': 1,
    'racetime.room.help.invoke': 1,
    'racetime.room.help.success': 1
  });
  expect(handlers).toHaveLength(1);
  // The second time it is found among the races again.
  expect(await room.disconnect()).toBe(true);
  expect(handlers).toHaveLength(2);
  expect(await room.ask('!help')).toBe('help');
  room.setStatus('finished');
  await until(() => !room.isJoined);
  await bot.stop();
});

test('with telemetry off a room is answered just the same', async () => {
  const { bot, room } = await serve({});
  expect(await room.ask('!seed')).toBe('a seed');
  expect(await room.ask('!broken')).toMatch(/^Sorry/);
  expect(container.telemetry.status()).toMatchObject({ state: 'off', counters: { made: 0 } });
  await bot.stop();
});

/** Methods that hand back or throw one and the same thing, of whatever kind. */
class Plain {
  readonly error = Object.freeze(new TypeError('broken'));
  readonly promise = Promise.resolve('a seed');
  readonly rejection = Promise.reject(this.error);
  readonly seen: unknown[] = [];
  readonly seed: string = 'a seed';
  ex_value(...args: unknown[]): unknown {
    this.seen.push(this, ...args);
    return this.seen;
  }
  ex_promise = (): Promise<string> => this.promise;
  exRejection(): Promise<never> {
    return this.rejection;
  }
  ex_error(): never {
    throw this.error;
  }
  roll_game(): string {
    return 'a seed';
  }
}
class Derived extends Plain {
  override ex_value(first: unknown, second?: unknown): unknown {
    return super.ex_value(first, second);
  }
  override readonly seed = 'another seed';
  override roll_game(): string {
    return 'another seed';
  }
}

function outcome(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

async function expectSameBehaviour(handler: Plain): Promise<void> {
  const { error } = handler;
  const stack = error.stack;
  const argument = {};
  expect(handler.ex_value(argument, 2)).toBe(handler.seen);
  expect(handler.seen.splice(0).map((one, index) => one === [handler, argument, 2][index])).toEqual([true, true, true]);
  expect(handler.ex_promise()).toBe(handler.promise);
  expect(handler.exRejection()).toBe(handler.rejection);
  expect(await handler.rejection.catch((thrown: unknown) => thrown === error)).toBe(true);
  expect(outcome(() => handler.ex_error()) === error).toBe(true);
  expect(error.stack).toBe(stack);
  expect(handler.roll_game()).toBe(handler.seed);
}

/** What `expectSameBehaviour` stores of a handler, `times` over. */
const storedOf = (times: number): Record<string, number> => ({
  'racetime.room.value.invoke': times,
  'racetime.room.value.success': times,
  'racetime.room.promise.invoke': times,
  'racetime.room.promise.success': times,
  'racetime.room.rejection.invoke': times,
  'racetime.room.rejection.failure': times,
  'racetime.room.error.invoke': times,
  'racetime.room.error.failure': times,
  'racetime.seed.generate.invoke': times,
  'racetime.seed.generate.success': times
});

function own(first: string): string {
  return first;
}

describe('instrumentRoom', () => {
  test('changes nothing of what a handler does, before there is a client, with telemetry off and with it on; twice measures once', async () => {
    const options = { ...ROOM, seed: 'roll_game' };
    const early = new Derived();
    expect(instrumentRoom(early, options)).toBe(early);
    delete (container as Partial<typeof container>).telemetry;
    await expectSameBehaviour(early);

    const off = await startBot();
    await expectSameBehaviour(early);
    await off.stop();

    const database = await sqliteDatabase();
    const on = await startBot({ env: { ...ENABLED, ...database.env } });
    await expectSameBehaviour(early);
    const twice = instrumentRoom(instrumentRoom(new Plain(), options), options);
    await expectSameBehaviour(twice);
    // One that inherits from what is measured already.
    await expectSameBehaviour(instrumentRoom(Object.create(twice) as Plain, options));
    await settled();
    expect(await countEvents(database)).toEqual(storedOf(3));
    await on.stop();
  });

  test('measures by the method, not by what else a handler has, and leaves its methods as they were but for that', async () => {
    const database = await sqliteDatabase();
    const bot = await startBot({ env: { ...ENABLED, ...database.env } });
    const asked: string[] = [];
    const handler = instrumentRoom(
      {
        ex_text: 'no method',
        get ex_getter() {
          asked.push('getter');
          return () => 'read';
        },
        export: () => 'no command',
        execute: () => 'no command',
        exam: () => 'no command',
        ex_own: Object.assign(own, { help: 'of a library' }),
        exSpoilerSeed: () => handler.rollSeed(),
        rollSeed: () => handler.generateSeed(),
        generateSeed: () => 'a seed'
      },
      ROOM
    );
    expect(asked).toEqual([]);
    expect([handler.ex_own.name, handler.ex_own.length, handler.ex_own.help]).toEqual(['own', 1, 'of a library']);
    expect([
      handler.ex_getter(),
      handler.export(),
      handler.execute(),
      handler.exam(),
      handler.ex_own('own'),
      handler.exSpoilerSeed()
    ]).toEqual(['read', 'no command', 'no command', 'no command', 'own', 'a seed']);
    await settled();
    expect(Object.keys(await countEvents(database))).toEqual([
      'racetime.room.own.invoke',
      'racetime.room.own.success',
      'racetime.room.spoilerseed.invoke',
      'racetime.room.spoilerseed.success',
      'racetime.seed.generate.invoke',
      'racetime.seed.generate.success'
    ]);
    await bot.stop();
  });

  test('takes a category that is no name for "other", and never throws: the operator reads of what it could not do', async () => {
    const database = await sqliteDatabase();
    const bot = await startBot({ env: { ...ENABLED, ...database.env } });
    instrumentRoom({ ex_seed: () => 'a seed' }, { category: 'user 712345678901234567' }).ex_seed();
    const frozen = Object.freeze({ ex_seed: () => 'a seed' });
    const hostile = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('sentinel');
        }
      }
    );
    const wrong: [object, RoomOptions][] = [
      [frozen, ROOM],
      [hostile, ROOM],
      [{ ex_seed: () => 'a seed' }, undefined as never]
    ];
    for (const [handler, options] of wrong) expect(instrumentRoom(handler, options)).toBe(handler);
    expect(instrumentRoom(null as never, ROOM)).toBeNull();
    expect(frozen.ex_seed()).toBe('a seed');
    instrumentRoom({}, { ...ROOM, seed: 'brewSeed' });
    await settled();
    expect((await storedEvents(database)).map(({ provider }) => provider)).toEqual(['other', 'other']);
    const warnings = bot.log.filter((line) => line.startsWith('Warn Telemetry'));
    expect(warnings).toHaveLength(wrong.length + 1);
    expect(warnings.at(-1)).toContain('no method brewSeed');
    expect(warnings.join()).not.toContain('sentinel');
    await bot.stop();
  });
});

test('the stand-in takes a token for what it is worth, and answers as the site does', async () => {
  const racetime = await RacetimeStandIn.start();
  atSuiteEnd(() => racetime.stop());
  const room = racetime.openRoom();
  const token = async (secret: string): Promise<Response> =>
    fetch(`${racetime.url}/o/token`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: racetime.clientId, client_secret: secret, grant_type: 'client_credentials' })
    });
  expect((await token('wrong')).status).toBe(401);
  const { access_token: good } = (await (await token(racetime.clientSecret)).json()) as { access_token: string };
  expect((await fetch(`${racetime.url}/alttpr/none/data`)).status).toBe(404);

  const heard: Record<string, unknown>[] = [];
  const connect = async (path: string): Promise<WebSocket> => {
    const socket = new WebSocket(`${racetime.url.replace('http', 'ws')}${path}`);
    socket.on('message', (raw: Buffer) => heard.push(JSON.parse(raw.toString()) as Record<string, unknown>));
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return socket;
  };
  await expect(connect('/ws/o/bot/none')).rejects.toThrow('403');
  const stranger = await connect(`/ws/o/bot/${room.slug}?token=wrong`);
  const bot = await connect(`/ws/o/bot/${room.slug}?token=${good}`);
  const message = { action: 'message', data: { message: 'said once', guid: 'a-1' } };
  stranger.send(JSON.stringify(message));
  await until(() => heard.some(({ type }) => type === 'error'));
  for (const action of [message, message, { action: 'gethistory' }, { action: 'dance' }, { action: 'ping' }])
    bot.send(JSON.stringify(action));
  await until(() => heard.some(({ type }) => type === 'pong'));
  expect(heard.map(({ type }) => String(type)).toSorted()).toEqual([
    'chat.history',
    'chat.message',
    'chat.message',
    'error',
    'error',
    'pong',
    'race.data',
    'race.data'
  ]);
  expect(heard.find(({ type }) => type === 'chat.history')).toMatchObject({
    messages: [{ message: 'said once', is_bot: true, user: null }]
  });
  for (const socket of [stranger, bot]) socket.close();
});
