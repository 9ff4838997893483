import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { container } from '@sapphire/framework';
import express from 'express';
import { closeNow, listenLocally } from '../../examples/stand-ins/local.ts';
import type { RaceRoom } from '../../examples/stand-ins/raceRoom.ts';
import { RedisServer } from '../../examples/stand-ins/redisServer.ts';
import { telemetryMiddleware } from '../../src/surfaces/api/middleware.ts';
import { instrumentRoom } from '../../src/surfaces/racetime/instrumentRoom.ts';
import { settled, startBot, until, type TestBot } from '../support/bot.ts';
import type { TestDatabase } from '../support/databases.ts';
import { writtenIn, type Use } from '../support/hostileUse.ts';
import { atSuiteEnd } from '../support/postgresSuite.ts';
import { joinRoom } from '../support/raceRoom.ts';
import { Choose, endAsAsked, Find, loadTask, Press, Racers, Relay, Seeds, Submit, takenUp } from './hostilePieces.ts';

export const hasRedis = RedisServer.isInstalled();
if (!hasRedis) process.stderr.write('SKIPPED: scheduled tasks under hostile use, since this machine has no redis-server\n');

interface Tasks {
  create(task: { name: string; payload: unknown }): Promise<unknown>;
  close(): Promise<void>;
}

/** A bot and the servers around it, with the addresses by which they are used. */
export interface EverySurface extends AsyncDisposable {
  readonly bot: TestBot;
  readonly room: RaceRoom;
  readonly routes: string;
  readonly middleware: string;
  readonly tasks: Tasks | undefined;
  /** For a test that looks at what is left afterwards. */
  stop(): Promise<void>;
}

async function listenWithMiddleware(): Promise<string> {
  const app = express();
  app.post('/:text', telemetryMiddleware({ feature: 'seed', operation: 'generate' }), (request, response) => {
    try {
      endAsAsked(request);
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
  const id = randomUUID();
  const headers = {
    'x-id': id,
    'x-text': encodeURIComponent(written),
    'user-agent': encoded,
    cookie: `a=${encoded}`,
    authorization: encoded
  };
  const giveUp = new AbortController();
  const answered = fetch(`${base}/${encoded}?feature=${encoded}`, { method: 'POST', headers, body: text, signal: giveUp.signal }).then(
    (response) => response.text(),
    () => undefined
  );
  // The plugin for routes gives no answer where it can't write of the error. A request that is given up before it arrived is none.
  await until(() => takenUp.has(id));
  const timer = setTimeout(() => giveUp.abort(), 300);
  return answered.finally(() => clearTimeout(timer));
}

/** Starts a bot that has each of them; stopping twice does no harm. */
export async function startEverySurface(database: TestDatabase): Promise<EverySurface> {
  const redis = hasRedis ? await RedisServer.start() : undefined;
  if (redis !== undefined) atSuiteEnd(() => redis.stop());
  const api = { listenOptions: { port: 0, host: '127.0.0.1' } };
  const bot = await startBot({
    database,
    commands: { find: Find },
    pieces: [
      ...Object.entries({ press: Press, choose: Choose, submit: Submit }).map(([name, piece]) => ({
        store: 'interaction-handlers',
        name,
        piece
      })),
      { store: 'listeners', name: 'relay', piece: Relay },
      { store: 'routes', name: 'seeds', piece: Seeds },
      ...(redis === undefined ? [] : [{ store: 'scheduled-tasks', name: 'announce', piece: await loadTask() }])
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
    bot,
    room,
    // The plugin for routes refuses who comes by address: it makes cookies for a domain.
    routes: `http://localhost:${(server.address() as AddressInfo).port}/seeds`,
    middleware: await listenWithMiddleware(),
    tasks: redis && tasks,
    stop,
    [Symbol.asyncDispose]: stop
  };
}

/** One use of every surface at once; resolves when each of its runs has been recorded. */
export async function useEverySurface({ bot: { discord }, room, routes, middleware, tasks }: EverySurface, one: Use): Promise<void> {
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
