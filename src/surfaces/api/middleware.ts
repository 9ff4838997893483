import { container } from '@sapphire/framework';
import type { OperationName } from '../../events/names.ts';
import type { TelemetryService } from '../../service.ts';
import { guard } from '../piece.ts';
import { measureRequest, type HttpResponse } from './measureRequest.ts';

/** What code says of the requests of a route. */
export interface RequestSource extends Omit<OperationName, 'surface'> {
  /** The outside service that is asked, as `alttpr`. Default: none. */
  readonly provider?: string;
}

/** A request or a response of Node's, or what Fastify wraps it in. */
type Wrapped<T> = T | { readonly raw: T };

/**
 * Measures the requests of a route of a web server other than @sapphire/plugin-api's, up to the end of the response: as a middleware of a
 * route in Express, as its hook `onRequest` in Fastify, or before a handler of node:http. Without a client, or with telemetry off, it does
 * nothing but go on.
 *
 * `container.telemetry.fail(request, errorType)` in a handler finds the run; in Fastify by `request.raw`.
 */
export function telemetryMiddleware(source: RequestSource) {
  const measure = guard('request', measureRequest);
  return (request: object, response: Wrapped<HttpResponse>, next: () => void): void => {
    const { telemetry } = container as { readonly telemetry?: TelemetryService };
    if (telemetry !== undefined) measure(telemetry, raw(request), raw(response), source);
    next();
  };
}

function raw<T extends object>(one: Wrapped<T>): T {
  return 'raw' in one ? one.raw : one;
}
