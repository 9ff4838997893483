import { describe, expect, test } from '@jest/globals';
import { container } from '@sapphire/framework';
import express from 'express';
import fastify from 'fastify';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect } from 'node:http2';
import { text } from 'node:stream/consumers';
import { closeNow, listenLocally } from '../../../examples/stand-ins/local.ts';
import { telemetryMiddleware } from '../../../src/surfaces/api/middleware.ts';
import { settled, startBot } from '../../support/bot.ts';
import { endsOf, EVERY_END, outcomes, storedEvents, type Row, sqliteDatabase } from '../../support/databases.ts';
import { atSuiteEnd } from '../../support/postgresSuite.ts';
import { startMeasuredBot } from '../../support/measuredBot.ts';
import { terminalEvents } from '../terminalEvents.ts';

const HELD_MS = 40;
const SECRET = 'samus-fan-4242';
const roll = telemetryMiddleware({ feature: 'seed', operation: 'generate', provider: 'alttpr' });

/** What happens behind the middleware, by the last part of the path. */
const answers: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
  ok: (_request, response) => void setTimeout(() => response.end('a seed'), HELD_MS),
  denied: (_request, response) => void response.writeHead(401).end(),
  late: (_request, response) => void response.writeHead(504).end(),
  unavailable: (_request, response) => void response.writeHead(503).end(),
  noted: (request, response) => {
    container.telemetry.run(request).fail('invalid_preset');
    response.end();
  },
  hanging: (_request, response) => void response.write('the beginning')
};
const answerOf = (name: unknown): ((request: IncomingMessage, response: ServerResponse) => void) => {
  const answer = answers[String(name)];
  if (answer === undefined) throw new Error('the handler is broken');
  return answer;
};

// Each has the route /:secret/:answer behind the middleware, and /free beside it.
const servers: Record<string, () => Promise<Server>> = {
  Express: async () => {
    const app = express();
    // Nobody wants its handler of errors to write to the terminal.
    app.set('env', 'test');
    app.get('/free', (_request, response) => void response.end('free'));
    app.get('/:secret/:answer', roll, (request, response) => answerOf(request.params.answer)(request, response));
    return createServer(app);
  },
  Fastify: async () => {
    const app = fastify();
    app.get('/free', async () => 'free');
    app.get<{ Params: { answer: string } }>('/:secret/:answer', { onRequest: roll }, (request, reply) => {
      const answer = answerOf(request.params.answer);
      reply.hijack();
      answer(request.raw, reply.raw);
    });
    await app.ready();
    return app.server;
  },
  'node:http': async () =>
    createServer((request, response) => {
      const name = request.url?.split('?')[0]?.split('/').at(-1);
      if (name === 'free') response.end('free');
      else
        roll(request, response, () => {
          try {
            answerOf(name)(request, response);
          } catch {
            response.writeHead(500).end();
          }
        });
    })
};

async function serve(kind: string): Promise<string> {
  const server = await servers[kind]?.();
  if (server === undefined) throw new Error(`no server of ${kind}`);
  return urlOf(server);
}

async function urlOf(server: Server): Promise<string> {
  const port = await listenLocally(server);
  atSuiteEnd(() => closeNow(server));
  return `http://127.0.0.1:${port}`;
}

const summary = ({ event_name: name, status, error_type: errorType, provider }: Row): unknown[] => [name, status, errorType, provider];

test('goes on where no client was made yet', () => {
  expect((container as { telemetry?: unknown }).telemetry).toBeUndefined();
  let passed = 0;
  roll({}, { statusCode: 200, writableEnded: false, once: () => undefined }, () => (passed += 1));
  expect(passed).toBe(1);
});

describe.each(Object.keys(servers))('the middleware in %s', (kind) => {
  test('measures its route to the end of the response, and nothing else', async () => {
    await using bot = await startMeasuredBot();
    const { database } = bot;
    const url = await serve(kind);
    const headers = { 'user-agent': SECRET, cookie: `name=${SECRET}`, authorization: SECRET };
    const statusOf = async (answer: string): Promise<number> => {
      const response = await fetch(`${url}/${SECRET}/${answer}?feature=${SECRET}`, { headers });
      await response.text();
      return response.status;
    };
    expect(await statusOf('ok')).toBe(200);
    expect(await statusOf('denied')).toBe(401);
    expect(await statusOf('unavailable')).toBe(503);
    expect(await statusOf('late')).toBe(504);
    expect(await statusOf('noted')).toBe(200);
    expect(await statusOf('thrown')).toBe(500);
    expect(await (await fetch(`${url}/free`)).text()).toBe('free');
    const abort = new AbortController();
    const hanging = await fetch(`${url}/${SECRET}/hanging`, { signal: abort.signal });
    abort.abort();
    await expect(hanging.text()).rejects.toThrow('aborted');
    await settled();

    const ends = await terminalEvents(database);
    expect(ends.map(summary)).toEqual([
      ['api.seed.generate.failure', 'denied', 'permission_denied', 'alttpr'],
      ['api.seed.generate.failure', 'error', 'connection_closed', 'alttpr'],
      ['api.seed.generate.failure', 'error', 'invalid_preset', 'alttpr'],
      ['api.seed.generate.failure', 'error', 'provider_unavailable', 'alttpr'],
      ['api.seed.generate.failure', 'error', 'unexpected_error', 'alttpr'],
      ['api.seed.generate.failure', 'timeout', 'provider_timeout', 'alttpr'],
      ['api.seed.generate.success', 'ok', null, 'alttpr']
    ]);
    // A timer may be a millisecond early.
    expect(Number(ends.at(-1)?.['duration_ms'])).toBeGreaterThanOrEqual(HELD_MS - 1);
    expect(await endsOf(database, 'api.seed.generate')).toEqual(EVERY_END);
    expect(JSON.stringify(await storedEvents(database)) + bot.log.join('\n')).not.toContain(SECRET);
  });

  test('goes on and does nothing else while telemetry is off', async () => {
    await using bot = await startBot();
    const url = await serve(kind);
    expect(await (await fetch(`${url}/any/ok`)).text()).toBe('a seed');
    expect(container.telemetry.enabled).toBe(false);
    expect(bot.log).toContainEqual(expect.stringContaining('Telemetry disabled'));
  });
});

test('a request that passes it twice is one run', async () => {
  await using bot = await startMeasuredBot();
  const app = express();
  app.use(roll);
  app.get('/', telemetryMiddleware({ feature: 'inner', operation: 'one' }), (_request, response) => void response.end());
  await fetch(await urlOf(createServer(app)));
  await settled();
  expect(await outcomes(bot.database)).toEqual({ 'api.seed.generate': { runs: 1, ok: 1, failed: 0 } });
});

test('over HTTP/2 a stream that ends is a success, and one that is cut a failure', async () => {
  await using bot = await startMeasuredBot();
  const app = fastify({ http2: true });
  app.get('/ok', { onRequest: roll }, async () => 'a seed');
  app.get('/hanging', { onRequest: roll }, (_request, reply) => {
    reply.hijack();
    reply.raw.write('the beginning');
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const session = connect(app.listeningOrigin);
  expect(await text(session.request({ ':path': '/ok' }))).toBe('a seed');
  const hanging = session.request({ ':path': '/hanging' });
  hanging.once('data', () => hanging.close(8));
  await text(hanging).catch(() => undefined);
  await settled();
  expect((await terminalEvents(bot.database)).map(summary)).toEqual([
    ['api.seed.generate.failure', 'error', 'connection_closed', 'alttpr'],
    ['api.seed.generate.success', 'ok', null, 'alttpr']
  ]);
  session.close();
  await app.close();
});

test('a bot without plugin-api starts as ever, whatever else it keeps as its server', async () => {
  const own = { server: { listen: () => undefined } };
  await using bot = await startBot({
    database: await sqliteDatabase(),
    beforeLogin: (client) => [client, container].map((one) => Object.assign(one, own))
  });
  expect(bot.client.isReady()).toBe(true);
  expect(container.stores.get('listeners').has('sapphire-plugin-telemetry/chatInputCommandRun')).toBe(true);
  expect(container.stores.get('listeners').has('sapphire-plugin-telemetry/routeError')).toBe(false);
});
