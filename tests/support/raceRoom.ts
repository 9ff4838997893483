import { RacetimeStandIn, type RaceRoom } from '../../examples/stand-ins/racetime.ts';
import { until } from './bot.ts';
import { atSuiteEnd } from './postgresSuite.ts';

/** What the sample bot's client, which is plain JavaScript, gives a handler. */
export interface BotRoom {
  say(message: string): void;
  setInfo(info: string): void;
}
interface Client {
  start(): Promise<void>;
  stop(): void;
}
const { RacetimeClient } = (await import(new URL('../../examples/bot/lib/racetime/client.js', import.meta.url).href)) as {
  RacetimeClient: new (options: object) => Client;
};

interface JoinedRoom {
  readonly room: RaceRoom;
  /** What the bot was told of things that went wrong. */
  readonly complaints: string[];
}

/** Opens a race room of a stand-in for racetime.gg and waits until the sample bot's client has joined it, with a handler for each connection. */
export async function joinRoom(createHandler: (room: BotRoom) => object, slug?: string): Promise<JoinedRoom> {
  const racetime = await RacetimeStandIn.start();
  const { url, clientId, clientSecret, category } = racetime;
  const complaints: string[] = [];
  const complain = (what: string, error: unknown): void => void complaints.push(`${what} ${error instanceof Error ? error.message : ''}`);
  const client = new RacetimeClient({ url, clientId, clientSecret, category, pollMs: 50, createHandler, complain });
  atSuiteEnd(async () => {
    client.stop();
    await racetime.stop();
  });
  const room = racetime.openRoom(slug);
  await client.start();
  await until(() => room.isJoined);
  return { room, complaints };
}
