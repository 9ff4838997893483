import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { closeNow, listenLocally } from './local.ts';

export interface ReplyFile {
  name: string;
  text: string;
}

/** A request as the bot sent it; `path` is without `/api/v10` and without the query. */
export interface RestRequest {
  method: string;
  path: string;
  query: string;
  body: unknown;
  files: ReplyFile[];
}

export interface RestAnswer {
  status: number;
  body?: unknown;
}

export type Fault = RestAnswer | 'hang' | undefined;

type PathParameters<Path extends string> = string extends Path
  ? Partial<Record<string, string>>
  : Path extends `${string}:${infer Name}/${infer Rest}`
    ? Record<Name, string> & PathParameters<Rest>
    : Path extends `${string}:${infer Name}`
      ? Record<Name, string>
      : object;

export interface Route {
  method: string;
  pattern: RegExp;
  answer: (parameters: Record<string, string>, request: RestRequest) => RestAnswer;
}

export function route<Path extends string>(
  method: string,
  path: Path,
  answer: (parameters: PathParameters<Path>, request: RestRequest) => RestAnswer
): Route {
  const pattern = new RegExp(`^${path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the groups of the pattern are the names in the path
  return { method, pattern, answer: (parameters, request) => answer(parameters as PathParameters<Path>, request) };
}

/** The body as what Discord documents for the route: the client is the real one and is taken at its word. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the one place where JSON gets its type
export function bodyOf<Body>({ body }: Pick<RestRequest, 'body'>): Body {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
  return (body ?? {}) as Body;
}

/** Discord's error shape: `code` is Discord's own number, 0 when the HTTP status says it all. */
export function refuse(status: number, code: number, message: string): RestAnswer {
  return { status, body: { message, code } };
}

/** A message that breaks one of Discord's rules. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

const REQUESTS_KEPT = 1000;
// A webhook or interaction URL carries its own token.
const OPEN_PATH = /^\/(interactions|webhooks)\//;

export class RestServer {
  readonly http: Server;
  readonly requests: RestRequest[] = [];
  onRequest: ((request: RestRequest) => Fault | Promise<Fault>) | undefined;
  readonly #clockOffsetMs: number;
  readonly #token: string;
  #routes: readonly Route[] = [];

  /** @param clockOffsetMs how far the time that answers tell is ahead of this machine's. */
  constructor(token: string, clockOffsetMs: number) {
    this.#token = token;
    this.#clockOffsetMs = clockOffsetMs;
    this.http = createServer((incoming, outgoing) => void this.#serve(incoming, outgoing));
  }

  listen(): Promise<number> {
    return listenLocally(this.http);
  }

  use(routes: readonly Route[]): void {
    this.#routes = routes;
  }

  close(): Promise<void> {
    return closeNow(this.http);
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const answer = await this.#answer(incoming).catch((error: unknown) => refuse(500, 0, `The stand-in failed: ${String(error)}`));
    if (answer === 'hang') return;
    outgoing.setHeader('date', new Date(Date.now() + this.#clockOffsetMs).toUTCString());
    if (answer.body === undefined) outgoing.writeHead(answer.status).end();
    else outgoing.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
  }

  async #answer(incoming: IncomingMessage): Promise<RestAnswer | 'hang'> {
    const request = await readRequest(incoming);
    this.requests.push(request);
    if (this.requests.length > REQUESTS_KEPT) this.requests.shift();

    const fault = await this.onRequest?.(request);
    if (fault === 'hang') return fault;
    if (fault !== undefined) return { body: { message: `${fault.status}: a fault of the stand-in`, code: 0 }, ...fault };

    if (!OPEN_PATH.test(request.path) && incoming.headers.authorization !== `Bot ${this.#token}`) {
      return refuse(401, 0, '401: Unauthorized');
    }
    for (const { method, pattern, answer } of this.#routes) {
      const match = method === request.method ? pattern.exec(request.path) : null;
      if (match) return refusing(() => answer(match.groups ?? {}, request));
    }
    return refuse(404, 0, '404: Not Found');
  }
}

/** Discord's answer to a body that it does not take. */
function refusing(answer: () => RestAnswer): RestAnswer {
  try {
    return answer();
  } catch (error) {
    if (error instanceof Refusal) return refuse(400, 50_035, `Invalid Form Body: ${error.message}`);
    throw error;
  }
}

async function readRequest(incoming: IncomingMessage): Promise<RestRequest> {
  const url = new URL(incoming.url ?? '/', 'http://127.0.0.1');
  const path = decodeURIComponent(url.pathname.replace(/^\/api(\/v\d+)?/, ''));
  const request: RestRequest = { method: incoming.method ?? 'GET', path, query: url.search, body: undefined, files: [] };
  const raw = await buffer(incoming);
  const type = incoming.headers['content-type'] ?? '';
  if (raw.length === 0) return request;
  if (!type.startsWith('multipart/')) return { ...request, body: JSON.parse(raw.toString()) };

  const form = await new Response(new Uint8Array(raw), { headers: { 'content-type': type } }).formData();
  for (const [name, value] of form) {
    if (typeof value !== 'string') request.files.push({ name: value.name, text: await value.text() });
    else if (name === 'payload_json') request.body = JSON.parse(value);
  }
  return request;
}
