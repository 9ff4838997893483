import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { classify } from './classify.ts';

async function rejectionOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'it did not fail',
    (error: unknown) => error
  );
}

/** Calls a server on this machine that does `onConnection` to everyone who connects; without it, there is none. */
async function fetchFrom(onConnection?: (socket: Socket) => void, timeoutMs = 5_000): Promise<unknown> {
  const server = createServer(onConnection).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  if (onConnection === undefined) {
    server.close();
    await once(server, 'close');
  }
  try {
    return await rejectionOf(fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(timeoutMs) }));
  } finally {
    if (onConnection !== undefined) server.close();
  }
}

describe('an error of the network', () => {
  test('is a timeout when a signal timed out or the caller gave up', async () => {
    const signal = AbortSignal.timeout(1);
    if (!signal.aborted) await once(signal, 'abort');
    expect(classify(signal.reason)).toBe('timeout provider_timeout');
    expect(classify(AbortSignal.abort().reason)).toBe('timeout provider_timeout');
    expect(classify(await fetchFrom(() => undefined, 300))).toBe('timeout provider_timeout');
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
