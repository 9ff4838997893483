import { connect, type Socket } from 'node:net';

/** How often it is asked whether the server is there, and how long its answer may take. */
const ASK_MS = 5_000;

/** "Is TLS spoken here?", which a server and a pooler answer before any login: a length of 8 and a code. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/** The connection whose answer is waited for. */
interface Asked {
  readonly host: string;
  readonly port: number;
  readonly connection: { readonly stream: Socket };
}

/** No answer came in time. */
export class NoAnswer extends Error {
  readonly code = 'ETIMEDOUT';
}

/**
 * Waits for an answer to what was just asked on `client`, for as long as the server is there: a statement may take its time, while a server that
 * is dead or stalled says nothing to anyone. The connection is broken off with {@link NoAnswer} as soon as the server does not answer
 * elsewhere either, or after `limitMs` milliseconds.
 */
export async function patiently<T>(client: Asked, limitMs: number, answer: Promise<T>): Promise<T> {
  const end = performance.now() + limitMs;
  const giveUp = (): unknown => client.connection.stream.destroy(new NoAnswer());
  let waiting = true;
  const look = async (): Promise<void> => {
    if (performance.now() >= end || !(await isThere(client))) {
      if (waiting) giveUp();
    } else if (waiting) timer.refresh();
  };
  const timer = setTimeout(() => void look(), Math.min(ASK_MS, limitMs));
  try {
    return await answer;
  } finally {
    waiting = false;
    clearTimeout(timer);
  }
}

function isThere({ host, port }: Asked): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const place = host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port };
  const socket = connect(place, () => socket.write(SSL_REQUEST));
  socket.setTimeout(ASK_MS, () => socket.destroy());
  socket
    .once('data', () => resolve(true))
    .once('error', () => resolve(false))
    .once('close', () => resolve(false));
  return promise.finally(() => socket.destroy());
}
