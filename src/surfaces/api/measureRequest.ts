import { fromHttpAnswer } from '../../errors/httpAnswer.ts';
import type { PieceRun } from '../../events/runDescription.ts';
import type { RunRecorder } from '../../telemetry/telemetryService.ts';

/** The response of a server of Node's, as far as its end goes. */
export interface HttpResponse {
  readonly statusCode: number;
  readonly writableEnded: boolean;
  /** What destroyed it, if anything did. */
  readonly errored?: Error | null;
  once(event: 'finish' | 'close', listener: () => void): unknown;
}

/**
 * Measures a request until its response has ended; `container.telemetry.run(request)` finds it. Who measures a request first is the one.
 */
export function measureRequest(runs: RunRecorder, request: object, response: HttpResponse, description: PieceRun): void {
  if (runs.has(request)) return;
  runs.begin(request, description);
  let isWhole = false;
  response.once('finish', () => {
    // HTTP/2 says so of a stream that was cut, too.
    isWhole = response.writableEnded;
  });
  response.once('close', () => {
    const errorType = isWhole ? fromHttpAnswer(response.statusCode) : 'connection_closed';
    if (!isWhole && response.errored) runs.failWith(request, response.errored);
    else if (errorType === undefined) runs.succeed(request);
    else runs.fail(request, errorType);
    runs.end(request);
  });
}
