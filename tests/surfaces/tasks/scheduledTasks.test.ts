import { beforeAll, describe, expect, test } from '@jest/globals';
import { container, UserError, type Piece } from '@sapphire/framework';
import { once } from 'node:events';
import { ProviderStandIn } from '../../../examples/stand-ins/provider.ts';
import { RedisServer } from '../../../examples/stand-ins/redisServer.ts';
import { settled, until } from '../../support/bot.ts';
import { endsOf, EVERY_END, outcomes, storedEvents } from '../../support/databases.ts';
import { atSuiteEnd } from '../../support/postgresSuite.ts';
import { inRepository } from '../../support/repository.ts';
import { startMeasuredBot, type MeasuredBot } from '../../support/measuredBot.ts';

/** The plugin, as far as it is used here. Its own types would make every client of these tests take its options. */
interface Tasks {
  create(task: string | { name: string; payload: unknown }, delayMs?: number): Promise<unknown>;
  run(task: { name: string; payload?: unknown }): Promise<unknown>;
  close(): Promise<void>;
}
type TaskConstructor = new (context: never, options: object) => Piece & { run(payload?: unknown): unknown };

const PLUGIN: string = '@sapphire/plugin-scheduled-tasks';
const SAMPLE_TASKS = inRepository('examples/bot/scheduled-tasks');
const SECRET = 'samus-fan-4242';

const hasRedis = RedisServer.isInstalled();
if (!hasRedis) process.stderr.write('SKIPPED: the tests of scheduled tasks, since this machine has no redis-server\n');

interface TaskBot extends MeasuredBot {
  readonly tasks: Tasks;
  /** What the plugin said of each run: the event's name and what it was about. */
  readonly said: (readonly [event: string, about: unknown])[];
}

/** A bot with these tasks, each of which runs as written; without any, with those of the sample bot. */
async function startTaskBot(
  redis: RedisServer,
  runs: Readonly<Record<string, (payload: unknown) => unknown>>,
  options: object = {}
): Promise<TaskBot> {
  await import(`${PLUGIN}/register`);
  const { ScheduledTask } = (await import(PLUGIN)) as { ScheduledTask: TaskConstructor };
  const said: TaskBot['said'] = [];
  const bot = await startMeasuredBot({
    client: { tasks: { bull: { connection: { url: redis.url } } } } as object,
    pieces: Object.entries(runs).map(([name, run]) => {
      const piece = class extends ScheduledTask {
        readonly #itself = this;

        constructor(context: never) {
          super(context, { ...options, name });
        }

        override run(payload: unknown): unknown {
          // A private field: only the very instance has it.
          return this.#itself.enabled ? run(payload) : undefined;
        }
      };
      return { store: 'scheduled-tasks', name, piece };
    }),
    beforeLogin: (client) => {
      client.on('scheduledTaskSuccess', (_task, _payload, result) => said.push(['success', result]));
      client.on('scheduledTaskError', (error) => said.push(['error', error]));
      if (Object.keys(runs).length === 0) container.stores.get('scheduled-tasks' as 'listeners').registerPath(SAMPLE_TASKS);
    }
  });
  const { tasks } = container as unknown as { tasks: Tasks };
  const stop = async (): Promise<void> => {
    await tasks.close();
    await bot.stop();
  };
  atSuiteEnd(stop);
  // Once a job has come through, nothing is still connecting.
  const found = once(bot.client, 'scheduledTaskNotFound');
  await tasks.create('nowhere');
  await found;
  return { ...bot, tasks, said, stop, [Symbol.asyncDispose]: stop };
}

(hasRedis ? describe : describe.skip)('scheduled tasks, in a real Redis', () => {
  let redis: RedisServer;

  beforeAll(async () => {
    redis = await RedisServer.start();
    atSuiteEnd(() => redis.stop());
  });

  test('a run is measured from the folder and name of its task, and says what is declared', async () => {
    const provider = await ProviderStandIn.start();
    atSuiteEnd(() => provider.stop());
    process.env['PROVIDER_URL'] = provider.url;
    await using bot = await startTaskBot(redis, {});
    const { database, tasks, said } = bot;
    process.env['DAILY_CHANNEL_ID'] = bot.discord.guilds[0]?.channelId;
    const announce = { surface: 'discord', feature: 'daily', operation: 'announce', piece: 'scheduled-tasks/announce' };
    await settled();
    expect((await container.telemetry.report()).unused).toContainEqual(announce);
    provider.next('ok', 'unavailable');
    for (let run = 0; run < 2; run += 1) {
      await tasks.create('announce');
      await until(() => said.length > run);
    }
    await settled();
    expect((await container.telemetry.report()).unused).not.toContainEqual(announce);
    const shared = { surface: 'discord', feature: 'daily', provider: 'alttpr', guild_hash: null };
    expect(await storedEvents(database)).toEqual([
      expect.objectContaining({
        ...shared,
        event_name: 'discord.daily.announce.failure',
        status: 'error',
        error_type: 'provider_unavailable',
        duration_ms: expect.any(Number)
      }),
      expect.objectContaining({ ...shared, event_name: 'discord.daily.announce.invoke', status: 'ok', duration_ms: null }),
      expect.objectContaining({ ...shared, event_name: 'discord.daily.announce.invoke', status: 'ok', duration_ms: null }),
      expect.objectContaining({ ...shared, event_name: 'discord.daily.announce.success', status: 'ok', duration_ms: expect.any(Number) })
    ]);
  });

  test('the plugin is told the same result and the same error as without us, and no payload is kept', async () => {
    const [result, error] = [{}, new TypeError('the task is broken')];
    const works = (payload: unknown): unknown => (payload === SECRET ? result : undefined);
    const breaks = async (): Promise<never> => {
      throw error;
    };
    await using bot = await startTaskBot(redis, { works, breaks });
    const { database, tasks, said } = bot;
    await tasks.create({ name: 'works', payload: SECRET });
    await until(() => said.length === 1);
    await tasks.create({ name: 'breaks', payload: { name: SECRET, id: '712345678901234567' } });
    await until(() => said.length === 2);
    await settled();
    expect(said[0]?.[1]).toBe(result);
    expect(said[1]?.[1]).toBe(error);
    expect(await outcomes(database)).toEqual({
      'discord.breaks.task': { runs: 1, ok: 0, failed: 1 },
      'discord.works.task': { runs: 1, ok: 1, failed: 0 }
    });
    const rows = JSON.stringify(await storedEvents(database));
    for (const text of [rows, bot.log.join('\n')]) for (const secret of [SECRET, '712345678901234567']) expect(text).not.toContain(secret);
  });

  test('a task fails by what it throws: an error, a refusal or a timeout', async () => {
    const thrown = [
      undefined,
      new TypeError('broken'),
      new UserError({ identifier: 'permissionDenied' }),
      new DOMException('Timed out', 'TimeoutError')
    ];
    const close = async (index: unknown): Promise<void> => {
      if (thrown[Number(index)] !== undefined) throw thrown[Number(index)];
    };
    await using bot = await startTaskBot(redis, { close });
    const { database, tasks, said } = bot;
    for (const index of thrown.keys()) await tasks.create({ name: 'close', payload: index });
    await until(() => said.length === thrown.length);
    await settled();
    expect(await endsOf(database, 'discord.close.task')).toEqual(EVERY_END);
  });

  test('runs of one task that overlap are told apart, also with the same payload', async () => {
    const ends: ((error?: Error) => void)[] = [];
    const work = (): Promise<void> =>
      new Promise((resolve, reject) => {
        ends.push((error) => (error === undefined ? resolve() : reject(error)));
      });
    await using bot = await startTaskBot(redis, { work });
    const { database, tasks } = bot;
    const runs = Array.from({ length: 6 }, () =>
      tasks.run({ name: 'work', payload: 7 }).then(
        () => 'success',
        () => 'failure'
      )
    );
    await until(() => ends.length === runs.length);
    expect(container.telemetry.status().inFlight).toBe(6);
    for (const [index, end] of ends.entries()) end(index % 3 === 0 ? new Error('broken') : undefined);
    expect(await Promise.all(runs)).toEqual(['failure', 'success', 'success', 'failure', 'success', 'success']);
    await settled();
    expect(await outcomes(database)).toEqual({ 'discord.work.task': { runs: 6, ok: 4, failed: 2 } });
  });

  test('a task that says so is called otherwise, or left out', async () => {
    {
      await using bot = await startTaskBot(redis, { named: () => 1 }, { telemetry: { feature: 'ladder', operation: 'close_season' } });
      await bot.tasks.run({ name: 'named' });
      await settled();
      expect(await outcomes(bot.database)).toEqual({ 'discord.ladder.close_season': { runs: 1, ok: 1, failed: 0 } });
    }
    {
      await using bot = await startTaskBot(redis, { quiet: () => 1 }, { telemetry: false });
      await bot.tasks.run({ name: 'quiet' });
      await settled();
      expect(await outcomes(bot.database)).toEqual({});
      expect(bot.said).toEqual([['success', 1]]);
    }
  });
});
