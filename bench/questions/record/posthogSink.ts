/** Takes batches of events as PostHog does, and counts them. In a process of its own, whose time is not the client's. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { listenLocally } from '../../../examples/stand-ins/local.ts';

let count = 0;
const server = createServer((request, response) => void receive(request, response));
process.on('message', () => process.send?.(count));
process.once('disconnect', () => process.exit());
process.send?.(await listenLocally(server));

async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await buffer(request);
  const isZipped = request.headers['content-encoding'] === 'gzip' || request.url?.includes('gzip') === true;
  const { batch = [] } = JSON.parse((isZipped ? gunzipSync(body) : body).toString() || '{}') as { batch?: unknown[] };
  count += batch.length;
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":1}');
}
