import { container, type Piece } from '@sapphire/framework';
import type { PieceRun, RunDescription } from '../../events/runDescription.ts';
import type { RunRecorder } from '../../telemetry/telemetryService.ts';
import { describePiece } from '../describePiece.ts';
import { guard, listener, type NamedListener } from '../listener.ts';
import { measureRequest, type HttpResponse } from './measureRequest.ts';

/** That plugin's, of whose types nothing is known here. */
const STORE = 'routes' as 'listeners';

/** A route of @sapphire/plugin-api. Its types are not imported: a bot without that plugin must type-check too. */
interface Route extends Piece {
  /** With the API's prefix; a parameter is in brackets. */
  readonly path: readonly string[];
  readonly methods: ReadonlySet<string>;
}

interface ApiRequest {
  readonly method?: string;
  /** `undefined` until the router has run, `null` when it found none. */
  readonly route?: Route | null;
  readonly routerNode?: { methods(): Iterable<string> } | null;
}

/** That plugin's part of the container. */
interface ApiContainer {
  readonly server?: { readonly options: { readonly prefix?: string } };
}

/** The listeners of @sapphire/plugin-api's server: a request of a route is measured from before the middlewares to the end of the response. */
export function routeListeners(runs: RunRecorder): NamedListener[] {
  const measure = (request: ApiRequest, response: HttpResponse): void => begin(runs, request, response);
  return [
    listener(
      'request',
      (request: ApiRequest, response: HttpResponse) => {
        // Where ours was loaded before the listener that routes, that one has run by the next tick, and no response has ended yet.
        if (request.route === undefined) process.nextTick(guard('request', measure), request, response);
        else measure(request, response);
      },
      apiServer
    ),
    ...['middlewareError', 'routeError'].map((event) =>
      listener(event, (error: unknown, request: ApiRequest) => runs.failWith(request, error), apiServer)
    )
  ];
}

/** The runs that the routes of the bot may have: of each method, where it has a name of its own. */
export function routeRuns(): PieceRun[] {
  if (!container.stores.has(STORE)) return [];
  const routes = [...container.stores.get(STORE).values()] as unknown as Route[];
  return routes.flatMap((route) => {
    const alike = routes.filter(({ path }) => path.join('/') === route.path.join('/'));
    const methods = alike.flatMap((one) => [...one.methods]);
    return [...route.methods]
      .map((method) => describePiece(route, describeRoute(route, method, methods)))
      .filter((run) => run !== undefined);
  });
}

function begin(runs: RunRecorder, request: ApiRequest, response: HttpResponse): void {
  const { route, routerNode, method = 'GET' } = request;
  if (!route) return;
  const description = describePiece(route, describeRoute(route, method, [...(routerNode?.methods() ?? [])]));
  if (description !== undefined) measureRequest(runs, request, response, description);
}

/**
 * What a route is called that does not say so: the first part of its path is the feature, the others are the operation, and parameters are
 * left out. A path of one part has the method as its operation; of a path that takes several methods, all but GET have it behind them. An `api` at
 * the beginning says nothing, and a version keeps two routes apart: it comes last.
 */
function describeRoute({ path }: Route, method: string, methods: readonly string[]): RunDescription {
  const parts = path
    .slice(prefixLength())
    .filter((part) => !(part.startsWith('[') && part.endsWith(']')))
    .map((part) => part.replaceAll('.', '_'));
  const first = parts.findIndex((part) => !/^(?:api|v\d+)$/i.test(part));
  const [feature = 'root', ...rest] = first === -1 ? [] : parts.slice(first);
  const versions = (first === -1 ? parts : parts.slice(0, first)).filter((part) => part.toLowerCase() !== 'api');
  const isNamedByMethod = rest.length === 0 || (method !== 'GET' && methods.length > 1);
  return { surface: 'api', feature, operation: [...rest, ...(isNamedByMethod ? [method] : []), ...versions].join('_') };
}

function prefixLength(): number {
  return (apiServer()?.options.prefix ?? '').split('/').filter((part) => part !== '').length;
}

/** Any bot may have a `server` of its own; only that plugin brings a store of routes too. */
function apiServer(): ApiContainer['server'] | null {
  return container.stores.has(STORE) ? ((container as unknown as ApiContainer).server ?? null) : null;
}
