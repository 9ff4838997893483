import { container } from '@sapphire/framework';
import { fromHttpAnswer } from '../../errors/httpAnswer.ts';
import type { RunDescription } from '../../events/runDescription.ts';
import { runs } from '../runs.ts';

/** The response of a server of Node's, as far as its end goes. */
export interface HttpResponse {
  readonly statusCode: number;
  readonly writableEnded: boolean;
  /** What destroyed it, if anything did. */
  readonly errored?: Error | null;
  once(event: 'finish' | 'close', listener: () => void): unknown;
}

/**
 * Measures a request until its response has ended; `container.telemetry.run(request)` finds it. Who measures a request first is the one. Without
 * a client, or with telemetry off, it does nothing.
 */
export function measureRequest(request: object, response: HttpResponse, description: RunDescription): void {
  if ((container as Partial<typeof container>).telemetry?.enabled !== true) return;
  const recorder = runs();
  if (recorder.has(request)) return;
  recorder.begin(request, description);
  let isWhole = false;
  response.once('finish', () => {
    // HTTP/2 says so of a stream that was cut, too.
    isWhole = response.writableEnded;
  });
  response.once('close', () => {
    const errorType = isWhole ? fromHttpAnswer(response.statusCode) : 'connection_closed';
    if (!isWhole && response.errored) recorder.failWith(request, response.errored);
    else if (errorType === undefined) recorder.succeed(request);
    else recorder.fail(request, errorType);
    recorder.end(request);
  });
}
