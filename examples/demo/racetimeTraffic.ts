import { RacetimeStandIn, type RaceRoom } from '../stand-ins/racetime.ts';
import type { Use } from './traffic.ts';

const ROOMS = 4;
/** How often each is said, relative to the others. */
const MESSAGES = ['!seed open', '!seed open', '!seed standard', '!seed Open', '!seed opne', '!help', '!help'];

/** The race rooms of a day. */
export class RacetimeTraffic {
  /** What is said to the bot. */
  readonly uses: readonly Use[];
  /** How many of them ask for a seed: the making of it is a run of its own besides that of the command. */
  readonly seeds: number;
  readonly #racetime: RacetimeStandIn;
  readonly #rooms: readonly RaceRoom[];

  /** @param count what is said in all rooms together, about; everything is said at least once. */
  static async start(count: number): Promise<RacetimeTraffic> {
    return new RacetimeTraffic(await RacetimeStandIn.start(), count);
  }

  private constructor(racetime: RacetimeStandIn, count: number) {
    const said = Array.from({ length: Math.ceil(count / MESSAGES.length) }, () => MESSAGES).flat();
    this.#racetime = racetime;
    this.#rooms = Array.from({ length: ROOMS }, () => racetime.openRoom());
    this.seeds = said.filter((message) => message.startsWith('!seed')).length;
    const askers = this.#rooms.map(inTurn);
    this.uses = said.flatMap((message, index) => askers[index % ROOMS]?.(message) ?? []);
  }

  /** The variables that make the sample bot serve these rooms. */
  get env(): Record<string, string> {
    const { url, clientId, clientSecret, category } = this.#racetime;
    return { RACETIME_URL: url, RACETIME_CLIENT_ID: clientId, RACETIME_CLIENT_SECRET: clientSecret, RACETIME_CATEGORY: category };
  }

  /** Whether the bot is in every room. */
  get isJoined(): boolean {
    return this.#rooms.every((room) => room.isJoined);
  }

  stop(): Promise<void> {
    return this.#racetime.stop();
  }
}

/** In a room one speaks after the other has been answered: an answer does not say whose it is. */
function inTurn(room: RaceRoom): (message: string) => Use {
  let last: Promise<unknown> = Promise.resolve();
  return (message) => () => (last = last.then(() => room.ask(message, { user: 'racer-in-a-room' })));
}
