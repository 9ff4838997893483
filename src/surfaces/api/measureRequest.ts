import type { Source, TelemetryService } from '../../service.ts';
import { errorTypeOfAnswer } from './answer.ts';

/** The response of a server of Node's, as far as its end goes. */
export interface HttpResponse {
  readonly statusCode: number;
  readonly writableEnded: boolean;
  /** What destroyed it, if anything did. */
  readonly errored?: Error | null;
  once(event: 'finish' | 'close', listener: () => void): unknown;
}

/** Measures a request until its response has ended; `annotate` and `fail` find it by `request`. Who measures a request first is the one. */
export function measureRequest(telemetry: TelemetryService, request: object, response: HttpResponse, source: Source): void {
  if (!telemetry.enabled || telemetry.has(request)) return;
  telemetry.begin(request, { ...source, surface: 'api' });
  let isWhole = false;
  response.once('finish', () => {
    // HTTP/2 says so of a stream that was cut, too.
    isWhole = response.writableEnded;
  });
  response.once('close', () => {
    const errorType = isWhole ? errorTypeOfAnswer(response.statusCode) : 'connection_closed';
    if (!isWhole && response.errored) telemetry.failWith(request, response.errored);
    else if (errorType === undefined) telemetry.succeed(request);
    else telemetry.fail(request, errorType);
    telemetry.end(request);
  });
}
