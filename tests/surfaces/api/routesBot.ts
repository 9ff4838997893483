import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { container, UserError } from '@sapphire/framework';
import '@sapphire/plugin-api/register';
import { Middleware, Route } from '@sapphire/plugin-api';
import type { ClientOptions } from 'discord.js';
import { closeNow } from '../../../examples/stand-ins/local.ts';
import { startMeasuredBot, type MeasuredBot } from '../../support/measuredBot.ts';

export const HELD_MS = 60;
export const SECRET = 'samus-fan-4242';

/** A route of that path that answers as `run` does. */
function route(path: string, run: Route['run'], options: Route.Options = {}) {
  return class extends Route {
    constructor(context: Route.LoaderContext) {
      super(context, { route: path, methods: ['GET'], ...options });
    }

    override run = run;
  };
}

class Guard extends Middleware {
  constructor(context: Middleware.LoaderContext) {
    // Before all others, and at once: the response may end before anybody else has seen the request.
    super(context, { position: 1 });
  }

  override run(request: Middleware.Request, response: Middleware.Response): void {
    if (request.headers['x-guard'] === 'deny') response.forbidden();
    if (request.headers['x-guard'] === 'throw') throw new UserError({ identifier: 'rateLimited' });
  }
}

const broken = (): never => {
  throw new Error('the route is broken');
};
const ok: Route['run'] = (_request, response) => response.ok();

const routes: Record<string, ReturnType<typeof route>> = {
  login: route('auth/login', (_request, response) => response.status(302).setHeader('location', 'https://discord.com').end()),
  callback: route('auth/callback', ok, { methods: ['POST'] }),
  seeds: route('seeds', ok, { methods: ['GET', 'POST'] }),
  seed: route('seeds/[id]', ok),
  race: route('races/[id]/result', ok),
  raceDelete: route('races/[id]/result', ok, { methods: ['DELETE'] }),
  file: route('.well-known/openapi.json', ok),
  teams: route('api/v1/teams', ok),
  teamsAgain: route('v2/teams', ok),
  teamsJoin: route('v2/teams/[id]/join', ok, { methods: ['POST'] }),
  root: route('/', ok),
  status: route('status/[code]', (request, response) => response.status(Number(request.params['code'])).end()),
  thrown: route('throws/error', broken),
  thrownLate: route('throws/late', (_request, response) => {
    response.ok();
    broken();
  }),
  thrownUserError: route('throws/preset', () => {
    throw new UserError({ identifier: 'invalidPreset' });
  }),
  declared: route('some/path', ok, { telemetry: { feature: 'seed', operation: 'generate', provider: 'alttpr' } }),
  leftOut: route('left/out', ok, { telemetry: false }),
  annotated: route('seed/check', (request, response) => {
    container.telemetry.run(request).annotate({ provider: 'samus.link' });
    container.telemetry.run(request).fail('invalid_preset');
    response.ok();
  }),
  streamed: route('stream/whole', async (_request, response) => {
    response.write('the beginning');
    await wait(HELD_MS);
    response.end('the end');
  }),
  hanging: route('stream/hanging', (_request, response) => void response.write('the beginning')),
  brokenStream: route('stream/broken', (_request, response) => {
    response.write('the beginning');
    response.destroy(Object.assign(new Error('the provider is gone'), { code: 'ECONNRESET' }));
  })
};

/** A bot with an HTTP server of plugin-api. */
interface ApiBot extends MeasuredBot {
  /** Sends a request to its server, below the prefix. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

interface ApiBotOptions extends Pick<NonNullable<Parameters<typeof startMeasuredBot>[0]>, 'env' | 'pieces'> {
  readonly api?: NonNullable<ClientOptions['api']>;
}

export async function startApiBot({ api = {}, ...options }: ApiBotOptions): Promise<ApiBot> {
  const bot = await startMeasuredBot({ ...options, client: { api: { ...api, listenOptions: { port: 0, host: '127.0.0.1' } } } });
  const { server } = container.server;
  // plugin-api refuses who comes by address: it makes cookies for a domain.
  const url = `http://localhost:${(server.address() as AddressInfo).port}${api.prefix ?? ''}`;
  const stop = async (): Promise<void> => {
    await closeNow(server);
    await bot.stop();
  };
  return {
    ...bot,
    fetch: (path, init) => fetch(`${url}${path}`, { redirect: 'manual', ...init }),
    stop,
    [Symbol.asyncDispose]: stop
  };
}

const pieces = [
  ...Object.entries(routes).map(([name, piece]) => ({ store: 'routes', name, piece })),
  { store: 'middlewares', name: 'guard', piece: Guard }
];

/** A bot with these routes behind the guard. */
export const startRoutesBot = ({ prefix = '/api/v1', env = {} } = {}): Promise<ApiBot> => startApiBot({ api: { prefix }, pieces, env });
