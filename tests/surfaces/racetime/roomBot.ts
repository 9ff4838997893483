import { setTimeout as wait } from 'node:timers/promises';
import { UserError } from '@sapphire/framework';
import { ProviderStandIn } from '../../../examples/stand-ins/provider.ts';
import type { RaceRoom } from '../../../examples/stand-ins/racetime.ts';
import { instrumentRoom } from '../../../src/surfaces/racetime/instrumentRoom.ts';
import { startBot, type TestBot } from '../../support/bot.ts';
import { atSuiteEnd } from '../../support/postgresSuite.ts';
import { joinRoom, type BotRoom } from '../../support/raceRoom.ts';

/** How long the handler waits for a seed of this preset, and of any other. */
export const SLOW = 'crosskeys';
export const [SHORT_MS, LONG_MS] = [50, 20_000];
/** A preset that is not for everybody. */
export const LOCKED = 'mystery';

/** Commands of every kind. Its private fields show that a method is called on the handler itself. */
class Handler {
  readonly #room: BotRoom;
  readonly #provider: string;
  gate = Promise.resolve();

  constructor(room: BotRoom, provider: string) {
    this.#room = room;
    this.#provider = provider;
  }

  ex_help(): void {
    this.#room.say('help');
  }
  async ex_seed([preset]: string[]): Promise<void> {
    const seed = await this.rollSeed(preset ?? 'open');
    this.#room.setInfo(seed);
    this.#room.say('a seed');
  }
  async rollSeed(preset: string): Promise<string> {
    if (preset === LOCKED) throw new UserError({ identifier: 'permissionDenied', message: 'for moderators' });
    const body = JSON.stringify({ game: 'alttpr', preset });
    const signal = AbortSignal.timeout(preset === SLOW ? SHORT_MS : LONG_MS);
    const response = await fetch(`${this.#provider}/seeds`, { method: 'POST', body, signal });
    if (response.status === 422) throw new UserError({ identifier: 'invalidPreset', message: `no ${preset}` });
    if (!response.ok) throw Object.assign(new Error(`${response.status}`), { status: response.status });
    return ((await response.json()) as { hash: string }).hash;
  }
  ex_broken(args: string[]): void {
    throw new Error(args.join(' '));
  }
  async ex_rejected(args: string[]): Promise<void> {
    await wait(1);
    throw new RangeError(args.join(' '));
  }
  async ex_gated(): Promise<void> {
    await this.gate;
  }
  greet(): void {
    this.#room.say('not a command');
  }
}

/** A bot that is in a race room of the stand-in. */
interface RoomBot extends TestBot {
  readonly provider: ProviderStandIn;
  readonly room: RaceRoom;
  /** One for each connection. */
  readonly handlers: Handler[];
  /** What the bot was told of things that went wrong. */
  readonly complaints: string[];
}

export async function startRoomBot({ slug, ...options }: Parameters<typeof startBot>[0] & { slug?: string } = {}): Promise<RoomBot> {
  const bot = await startBot(options);
  const provider = await ProviderStandIn.start({ delayMs: 1, slowMs: 2 * LONG_MS });
  atSuiteEnd(() => provider.stop());
  const handlers: Handler[] = [];
  const createHandler = (room: BotRoom): Handler => {
    const handler = new Handler(room, provider.url);
    handlers.push(handler);
    return instrumentRoom(handler, { category: 'alttpr' });
  };
  return { ...bot, provider, handlers, ...(await joinRoom(createHandler, slug)) };
}
