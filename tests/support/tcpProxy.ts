import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

/** The network between a bot and its PostgreSQL server: it breaks connections as networks do. */
export class TcpProxy {
  readonly #server: Server;
  readonly #target: URL;
  readonly #connections = new Set<Connection>();
  #swallowing = false;
  #toCut: readonly string[] = [];
  /** How many connections were cut between a commit and its answer. */
  cuts = 0;

  /** @param databaseUrl where connections go to. */
  static async start(databaseUrl: string): Promise<TcpProxy> {
    const proxy = new TcpProxy(databaseUrl);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  private constructor(databaseUrl: string) {
    this.#target = new URL(databaseUrl);
    this.#server = createServer((client) => this.#accept(client));
  }

  /** The database, by way of this proxy. */
  get url(): string {
    const url = new URL(this.#target);
    url.host = `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return url.href;
  }

  get connections(): number {
    return this.#connections.size;
  }

  /** Cuts the connection on which a statement that holds this SQL is committed next, before the answer is passed on: each once, in this order. */
  cutAfterCommit(...statements: readonly string[]): void {
    this.#toCut = statements;
  }

  /** Cuts every connection now. */
  cutAll(): void {
    for (const connection of this.#connections) connection.cut();
  }

  /** From now on requests still go to the server, and no answer comes back: on connections that are there, and on new ones. */
  swallow(): void {
    this.#swallowing = true;
    for (const connection of this.#connections) connection.swallowing = true;
  }

  /** New connections are whole again. Those that swallow go on until the client gives them up. */
  heal(): void {
    this.#swallowing = false;
  }

  /** May be called twice. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.cutAll();
    await closed;
  }

  #accept(client: Socket): void {
    const server = connect(Number(this.#target.port), this.#target.hostname);
    const connection = new Connection(
      client,
      server,
      (request) => this.#toCut[0] !== undefined && request.includes(this.#toCut[0]),
      () => this.#cutsNow()
    );
    connection.swallowing = this.#swallowing;
    this.#connections.add(connection);
    client.once('close', () => this.#connections.delete(connection));
  }

  #cutsNow(): boolean {
    if (this.#toCut.length === 0) return false;
    this.#toCut = this.#toCut.slice(1);
    this.cuts += 1;
    return true;
  }
}

// Messages of PostgreSQL's protocol 3.0: a letter, a length that counts itself, a body.
const ERROR_RESPONSE = 'E'.charCodeAt(0);
const READY_FOR_QUERY = 'Z'.charCodeAt(0);
const NOT_IN_TRANSACTION = 'I'.charCodeAt(0);
const HEADER_BYTES = 5;
/** "Is TLS spoken here?": the code of a request whose answer is no message, but one letter. */
const SSL_REQUEST = 80_877_103;

class Connection {
  swallowing = false;
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #isWatched: (request: Buffer) => boolean;
  readonly #cutsNow: () => boolean;
  /** What is not a whole message yet. */
  #rest = Buffer.alloc(0);
  /** Answers to a watched statement that may not be committed yet. */
  #held: Buffer[] = [];
  #watched = false;
  #isAskedForTls = false;

  constructor(client: Socket, server: Socket, isWatched: (request: Buffer) => boolean, cutsNow: () => boolean) {
    this.#client = client;
    this.#server = server;
    this.#isWatched = isWatched;
    this.#cutsNow = cutsNow;
    for (const socket of [client, server]) socket.once('close', () => this.cut()).on('error', () => this.cut());
    client.on('data', (data) => {
      this.#watched ||= this.#isWatched(data);
      this.#isAskedForTls = data.length === 8 && data.readUInt32BE(4) === SSL_REQUEST;
      server.write(data);
    });
    server.on('data', (data) => this.#answer(data));
  }

  cut(): void {
    this.#client.destroy();
    this.#server.destroy();
  }

  #answer(data: Buffer): void {
    if (this.swallowing) return;
    if (this.#isAskedForTls) return void this.#client.write(data);
    this.#rest = Buffer.concat([this.#rest, data]);
    for (;;) {
      const length = this.#rest.length < HEADER_BYTES ? Infinity : 1 + this.#rest.readUInt32BE(1);
      if (this.#rest.length < length) return;
      this.#pass(this.#rest.subarray(0, length));
      this.#rest = this.#rest.subarray(length);
    }
  }

  #pass(message: Buffer): void {
    this.#held.push(message);
    if (message[0] === ERROR_RESPONSE) this.#watched = false;
    const ready = message[0] === READY_FOR_QUERY;
    if (this.#watched && !ready) return;
    if (this.#watched && ready && message[HEADER_BYTES] === NOT_IN_TRANSACTION) {
      this.#watched = false;
      if (this.#cutsNow()) return this.cut();
    }
    this.#client.write(Buffer.concat(this.#held));
    this.#held = [];
  }
}
