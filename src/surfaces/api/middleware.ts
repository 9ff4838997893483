import { container } from '@sapphire/framework';
import type { DeclaredNames } from '../../events/runDescription.ts';
import type { TelemetryService } from '../../telemetry/telemetryService.ts';
import { guard } from '../listener.ts';
import { measureRequest, type HttpResponse } from './measureRequest.ts';

/** What code says of the requests of a route: its feature and its operation, and the provider where it asks one. */
export type RequestDescription = DeclaredNames & Required<Pick<DeclaredNames, 'feature' | 'operation'>>;

/** A request or a response of Node's, or what Fastify wraps it in. */
type Wrapped<T> = T | { readonly raw: T };

/**
 * Measures the requests of a route of a web server other than @sapphire/plugin-api's, up to the end of the response: as a middleware of a
 * route in Express, as its hook `onRequest` in Fastify, or before a handler of node:http. Without a client, or with telemetry off, it does
 * nothing but go on.
 *
 * `container.telemetry.run(request)` in a handler finds the run; in Fastify by `request.raw`.
 * @example app.post('/seeds', telemetryMiddleware({ feature: 'seed', operation: 'generate' }), makeSeed);
 */
export function telemetryMiddleware(description: RequestDescription) {
  const measure = guard('request', (request: object, response: Wrapped<HttpResponse>) => {
    // The container's type shows a bot's author the public part of telemetry alone; there is none before a client is made.
    const telemetry = (container as Partial<typeof container>).telemetry as TelemetryService | undefined;
    if (telemetry?.enabled !== true) return;
    measureRequest(telemetry.runs, unwrap(request), unwrap(response), { ...description, surface: 'api' });
  });
  return (request: object, response: Wrapped<HttpResponse>, next: () => void): void => {
    measure(request, response);
    next();
  };
}

function unwrap<T extends object>(one: Wrapped<T>): T {
  return 'raw' in one ? one.raw : one;
}
