import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { ArgumentError, Identifiers, PreconditionError, UserError } from '@sapphire/framework';
import { describe, expect, test } from '@jest/globals';
import { DiscordAPIError, HTTPError, RateLimitError } from 'discord.js';
import { z } from 'zod';
import { checkClientOptions } from '../src/telemetry/clientOptions.ts';
import { ErrorClassifier, type ClassifyError } from '../src/errors/errorClassifier.ts';
import { ERROR_TYPES } from '../src/events/errorTypes.ts';
import { SEGMENT } from '../src/schema/patterns.ts';

const UNEXPECTED = { status: 'error', errorType: 'unexpected_error' };

/** What the plugin alone makes of it, as `status errorType`. */
function classify(error: unknown): string {
  const { status, errorType } = new ErrorClassifier().fromError(error);
  return `${status} ${errorType}`;
}

function discordError(code: number, status: number): DiscordAPIError {
  return new DiscordAPIError({ code, message: 'timeout' }, code, status, 'POST', 'https://discord.com/api/v10/x', {
    body: undefined,
    files: undefined
  });
}

function rateLimit(): RateLimitError {
  return new RateLimitError({
    timeToReset: 1,
    limit: 1,
    method: 'POST',
    hash: 'h',
    url: 'https://discord.com/api/v10/x',
    route: '/channels/:id/messages',
    majorParameter: '1',
    global: false,
    retryAfter: 1,
    sublimitTimeout: 0,
    scope: 'user'
  });
}

const preconditionError = (identifier: string): PreconditionError =>
  new PreconditionError({ precondition: { name: 'SomePrecondition' } as never, identifier });

const argumentError = (identifier: string): ArgumentError =>
  new ArgumentError({ argument: { name: 'integer' } as never, parameter: 'what a user wrote', identifier });

async function rejectionOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'it did not fail',
    (error: unknown) => error
  );
}

/** Calls a server on this machine that does `onConnection` to everyone who connects; without it, there is none. */
async function fetchFrom(onConnection?: (socket: Socket) => void): Promise<unknown> {
  const server = createServer(onConnection).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  if (onConnection === undefined) {
    server.close();
    await once(server, 'close');
  }
  try {
    return await rejectionOf(fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(300) }));
  } finally {
    if (onConnection !== undefined) server.close();
  }
}

describe('an error of Discord', () => {
  test.each([
    ['an unknown interaction', discordError(10_062, 404), 'timeout interaction_expired'],
    ['an unknown webhook', discordError(10_015, 404), 'timeout interaction_expired'],
    ['an invalid webhook token', discordError(50_027, 401), 'timeout interaction_expired'],
    ['an interaction that was answered already', discordError(40_060, 400), 'timeout interaction_expired'],
    ['missing access', discordError(50_001, 403), 'error bot_permission_missing'],
    ['missing permissions', discordError(50_013, 403), 'error bot_permission_missing'],
    ['a user who takes no messages', discordError(50_007, 403), 'error bot_permission_missing'],
    ['an invalid form body', discordError(50_035, 400), 'error unexpected_error'],
    ['a rate limit in an answer', discordError(0, 429), 'error rate_limited'],
    ['an internal error with a code', discordError(0, 503), 'error discord_unavailable'],
    ['a rate limit that the client keeps', rateLimit(), 'error rate_limited'],
    [
      'a server error',
      new HTTPError(500, 'Internal Server Error', 'GET', 'https://discord.com/api/v10/x', { body: undefined, files: undefined }),
      'error discord_unavailable'
    ]
  ])('that is %s', (_, error, expected) => {
    expect(classify(error)).toBe(expected);
  });
});

describe('an error of Sapphire', () => {
  test.each([
    ['an argument that is missing', new UserError({ identifier: Identifiers.ArgsMissing }), 'error invalid_input'],
    ['an argument that is no number', argumentError(Identifiers.ArgumentIntegerError), 'error invalid_input'],
    ['an argument by an identifier that a bot invented', argumentError('tooSpicy'), 'error invalid_input'],
    ['a cooldown', preconditionError(Identifiers.PreconditionCooldown), 'error rate_limited'],
    ['a cooldown thrown as a UserError', new UserError({ identifier: Identifiers.PreconditionCooldown }), 'error rate_limited'],
    ['missing permissions of the bot', preconditionError(Identifiers.PreconditionClientPermissions), 'error bot_permission_missing'],
    ['missing permissions of the user', preconditionError(Identifiers.PreconditionUserPermissions), 'denied permission_denied'],
    ['a place where it may not run', preconditionError(Identifiers.PreconditionRunIn), 'denied permission_denied'],
    ['a disabled command', preconditionError(Identifiers.CommandDisabled), 'denied permission_denied'],
    ["a precondition of the bot's own", preconditionError('SomePrecondition'), 'denied permission_denied'],
    ['an identifier that is an error type', new UserError({ identifier: 'ProviderTimeout' }), 'timeout provider_timeout'],
    ['an identifier that is an error type, in kebab case', new UserError({ identifier: 'invalid-preset' }), 'error invalid_preset']
  ])('that is %s', (_, error, expected) => {
    expect(classify(error)).toBe(expected);
  });

  test('has an error type for every identifier there is', () => {
    for (const identifier of Object.values(Identifiers)) {
      const types = [new UserError({ identifier }), argumentError(identifier), preconditionError(identifier)].map(classify);
      expect(types).not.toContain('error unexpected_error');
    }
  });
});

describe('an error of the network', () => {
  test('is a timeout when a signal timed out or the caller gave up', async () => {
    const signal = AbortSignal.timeout(1);
    if (!signal.aborted) await once(signal, 'abort');
    expect(classify(signal.reason)).toBe('timeout provider_timeout');
    expect(classify(AbortSignal.abort().reason)).toBe('timeout provider_timeout');
    expect(classify(await fetchFrom(() => undefined))).toBe('timeout provider_timeout');
  });

  test('is an unavailable provider when nothing listens there or the connection breaks', async () => {
    expect(classify(await fetchFrom())).toBe('error provider_unavailable');
    expect(classify(await fetchFrom((socket) => socket.destroy()))).toBe('error provider_unavailable');
    expect(classify(await fetchFrom((socket) => socket.resetAndDestroy()))).toBe('error provider_unavailable');
  });

  test.each([
    ['ETIMEDOUT', 'timeout provider_timeout'],
    ['ESOCKETTIMEDOUT', 'timeout provider_timeout'],
    ['UND_ERR_CONNECT_TIMEOUT', 'timeout provider_timeout'],
    ['UND_ERR_HEADERS_TIMEOUT', 'timeout provider_timeout'],
    ['UND_ERR_BODY_TIMEOUT', 'timeout provider_timeout'],
    ['ECONNREFUSED', 'error provider_unavailable'],
    ['ECONNRESET', 'error provider_unavailable'],
    ['ENOTFOUND', 'error provider_unavailable'],
    ['EAI_AGAIN', 'error provider_unavailable'],
    ['EHOSTUNREACH', 'error provider_unavailable'],
    ['EPIPE', 'error provider_unavailable'],
    ['UND_ERR_SOCKET', 'error provider_unavailable'],
    ['ENOENT', 'error unexpected_error'],
    ['ERR_INVALID_ARG_TYPE', 'error unexpected_error']
  ])('with the code %s', (code, expected) => {
    expect(classify(Object.assign(new Error('x'), { code }))).toBe(expected);
    expect(classify(new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code }) }))).toBe(expected);
  });
});

const named = (name: string, more: object): Error => Object.assign(new Error('Request failed'), { name }, more);

describe('an error of an HTTP client', () => {
  test.each([
    [400, 'error provider_error'],
    [401, 'error provider_error'],
    [404, 'error not_found'],
    [408, 'timeout provider_timeout'],
    [429, 'error rate_limited'],
    [500, 'error provider_error'],
    [502, 'error provider_unavailable'],
    [503, 'error provider_unavailable'],
    [504, 'timeout provider_timeout'],
    [599, 'error provider_error'],
    [200, 'error unexpected_error'],
    [304, 'error unexpected_error'],
    [600, 'error unexpected_error']
  ])('with the status %i', (status, expected) => {
    expect(classify(named('Error', { status }))).toBe(expected);
    expect(classify(named('Error', { statusCode: status }))).toBe(expected);
    expect(classify(named('AxiosError', { code: 'ERR_BAD_REQUEST', response: { status, data: 'text of the provider' } }))).toBe(expected);
    expect(classify(new Error('outer', { cause: named('Error', { status }) }))).toBe(expected);
  });

  test('that is a response thrown as it came is told by its status', () => {
    expect(classify(new Response('not here', { status: 404 }))).toBe('error not_found');
  });

  // ky and got call theirs HTTPError too; only Discord's has the body of the request.
  test('that has the same name as one of discord.js is no fault of Discord', () => {
    expect(classify(named('HTTPError', { response: { status: 404 }, request: {}, options: {} }))).toBe('error not_found');
    expect(classify(named('HTTPError', { code: 'ERR_NON_2XX_3XX_RESPONSE', response: { statusCode: 503 } }))).toBe(
      'error provider_unavailable'
    );
  });

  test.each([['404'], [Number.NaN], [{}], [null], [404n]])('whose status is %p and no number means nothing', (status) => {
    expect(classify(named('Error', { status }))).toBe('error unexpected_error');
  });
});

test('an error of zod is invalid input', () => {
  expect(classify(z.object({ name: z.string() }).safeParse({ name: 1 }).error)).toBe('error invalid_input');
});

describe('a chain of causes', () => {
  const coded = Object.assign(new Error('x'), { code: 'ECONNREFUSED' });
  const chain = (length: number): unknown => {
    let error: unknown = coded;
    for (let link = 1; link < length; link += 1) error = new Error(`link ${link}`, { cause: error });
    return error;
  };

  test('is followed to the first link that says what happened', () => {
    expect(classify(chain(3))).toBe('error provider_unavailable');
    expect(classify(new UserError({ identifier: 'invalidPreset' }))).toBe('error invalid_preset');
    expect(classify(Object.assign(new Error('x', { cause: coded }), { status: 404 }))).toBe('error not_found');
  });

  test('is followed so far and no farther', () => {
    expect([8, 9, 100_000].map((length) => classify(chain(length)))).toEqual([
      'error provider_unavailable',
      'error unexpected_error',
      'error unexpected_error'
    ]);
  });

  test('may lead back to its beginning', () => {
    const [a, b] = [new Error('a'), new Error('b')];
    a.cause = b;
    b.cause = a;
    expect(classify(a)).toBe('error unexpected_error');
    a.cause = a;
    expect(classify(a)).toBe('error unexpected_error');
  });

  test.each([['a string'], [404], [undefined], [null], [Symbol('timeout')]])('may end in %p', (cause) => {
    expect(classify(new Error('x', { cause }))).toBe('error unexpected_error');
  });
});

function trap(): never {
  throw new Error('a trap');
}

describe('whatever is thrown', () => {
  const traps = { get: trap, has: trap, getPrototypeOf: trap, ownKeys: trap, getOwnPropertyDescriptor: trap };
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();

  test.each([
    ['undefined', undefined],
    ['null', null],
    ['a text', 'ETIMEDOUT'],
    ['a number', 404],
    ['a bigint', 404n],
    ['a symbol', Symbol('timeout')],
    ['a boolean', false],
    ['a function', () => 'timeout'],
    ['a class', class TimeoutException extends Map {}],
    ['an array', ['ETIMEDOUT', 404]],
    ['an object without a prototype', Object.create(null)],
    ['an error with getters that throw', Object.defineProperties(new Error('x'), { name: { get: trap }, code: { get: trap } })],
    ['an error whose cause throws', Object.defineProperty(new Error('x'), 'cause', { get: trap })],
    ['a proxy that throws at everything', new Proxy(new Error('x'), traps)],
    ['a function that is such a proxy', new Proxy(() => undefined, traps)],
    ['a revoked proxy', revoked.proxy],
    ['an error whose cause is a revoked proxy', new Error('x', { cause: revoked.proxy })],
    ['an error with the name of a method of all objects', Object.assign(new Error('x'), { name: 'constructor', code: 'toString' })],
    ['a user error with such an identifier', Object.assign(new Error('x'), { name: 'Error', identifier: '__proto__' })]
  ])('%s is an unexpected error', (_, thrown) => {
    expect(new ErrorClassifier().fromError(thrown)).toEqual(UNEXPECTED);
  });

  test.each([
    'timeout',
    'ETIMEDOUT',
    '429 rate limited',
    'Unknown interaction',
    'Missing Permissions',
    'provider_timeout',
    'not found (404)'
  ])('a message of "%s" tells nothing', (message) => {
    for (const error of [new Error(message), new TypeError(message), Object.assign(new Error(message), { stack: message })])
      expect(new ErrorClassifier().fromError(error)).toEqual(UNEXPECTED);
  });
});

describe("a bot's own error types", () => {
  class SeedLocked extends Error {}
  const errorTypes = { 'Seed Locked': true, 'race-over': true } as const;

  test('are given by its classifier, in any spelling, and mean an error', () => {
    const errors = new ErrorClassifier({ errorTypes, classify: (error) => (error instanceof SeedLocked ? 'SEED-locked' : undefined) });
    expect(errors.fromError(new SeedLocked())).toEqual({ status: 'error', errorType: 'seed_locked' });
    expect(errors.fromType('race over')).toEqual({ status: 'error', errorType: 'race_over' });
    expect(errors.replaced).toBe(0);
  });

  test("are found by the identifier of a Sapphire error, and otherwise leave the plugin's decision alone", () => {
    const errors = new ErrorClassifier({ errorTypes });
    expect(errors.fromError(new UserError({ identifier: 'SeedLocked' })).errorType).toBe('seed_locked');
    expect(errors.fromError(new UserError({ identifier: 'SeedLost' })).errorType).toBe('invalid_input');
    expect(errors.fromError(discordError(50_013, 403)).errorType).toBe('bot_permission_missing');
  });

  test("win over the plugin's own decision, which stands where the classifier answers nothing", () => {
    const errors = new ErrorClassifier({
      errorTypes,
      classify: (error) => (error instanceof DiscordAPIError && error.code === 50_013 ? 'race_over' : undefined)
    });
    expect(errors.fromError(discordError(50_013, 403))).toEqual({ status: 'error', errorType: 'race_over' });
    expect(errors.fromError(discordError(10_062, 404))).toEqual({ status: 'timeout', errorType: 'interaction_expired' });
    const one = new ErrorClassifier({ classify: () => 'provider_timeout' });
    expect(one.fromError(1)).toEqual({ status: 'timeout', errorType: 'provider_timeout' });
  });

  test('that nobody declared become unexpected errors, and are counted', () => {
    const errors = new ErrorClassifier({ errorTypes, classify: String });
    for (const undeclared of ['hunter2', 'seed.locked', '123456789012345678', 'constructor', '', 'x'.repeat(1000)])
      expect(errors.fromError(undeclared)).toEqual(UNEXPECTED);
    expect(errors.replaced).toBe(6);
    expect(errors.fromType('never heard of')).toEqual(UNEXPECTED);
    expect(errors.replaced).toBe(7);
  });

  test.each<[string, () => unknown]>([
    ['a symbol', () => Symbol('race_over')],
    ['an object', () => ({ toString: () => 'race_over' })],
    ['an object that cannot be made a text', () => ({ toString: trap })],
    ['a promise', async () => 'race_over'],
    ['a number', () => 404]
  ])('are texts: when a classifier answers %s, it is an unexpected error', (_, answer) => {
    expect(new ErrorClassifier({ errorTypes, classify: answer as ClassifyError }).fromError(new Error('x'))).toEqual(UNEXPECTED);
  });

  test("are left to the plugin's own decision by a classifier that throws, and the bot can hear of it", () => {
    let heard = 0;
    const errors = new ErrorClassifier({ errorTypes, classify: trap, onOwnError: () => (heard += 1) });
    expect(errors.fromError(discordError(10_062, 404))).toEqual({ status: 'timeout', errorType: 'interaction_expired' });
    expect(errors.fromError(new Error('x'))).toEqual(UNEXPECTED);
    expect(heard).toBe(2);
  });

  test('must be names', () => {
    for (const wrong of ['', 'a.b', 'what a user wrote!', '123456789012345678', 'x'.repeat(65)])
      expect(() => checkClientOptions({ errorTypes: { [wrong]: true } })).toThrow('telemetry.errorTypes');
    expect(() => checkClientOptions({ errorTypes })).not.toThrow();
  });
});

test('every error type of the plugin is a name that may be stored', () => {
  for (const [errorType, status] of Object.entries(ERROR_TYPES)) {
    expect(errorType).toMatch(SEGMENT);
    expect(new ErrorClassifier().fromType(errorType)).toEqual({ status, errorType });
  }
});
