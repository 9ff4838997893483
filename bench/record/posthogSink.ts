/** Takes batches of events as PostHog does, and counts them. In a process of its own, whose time is not the client's. */
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { listenLocally } from '../../examples/stand-ins/local.ts';

let count = 0;
const server = createServer((request, response) => {
  void buffer(request).then((body) => {
    const text = request.headers['content-encoding'] === 'gzip' || request.url?.includes('gzip') ? gunzipSync(body) : body;
    const { batch = [] } = JSON.parse(text.toString() || '{}') as { batch?: unknown[] };
    count += batch.length;
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":1}');
  });
});
process.on('message', () => process.send?.(count));
process.once('disconnect', () => process.exit());
process.send?.(await listenLocally(server));
