import { UserError } from '@sapphire/framework';
import { rollSeed } from '../seeds.js';

/** What the bot answers in a race room. */
export class SeedHandler {
  #room;
  #game;

  /**
   * @param {import('./room.js').Room} room
   * @param {keyof typeof import('../seeds.js').PROVIDERS} game
   */
  constructor(room, game) {
    this.#room = room;
    this.#game = game;
  }

  /** `!seed open` */
  async ex_seed([preset = 'open']) {
    const seed = await this.rollSeed(preset);
    this.#room.setInfo(seed);
    this.#room.say(`Your seed: ${seed}`);
  }

  /** `!help` */
  ex_help() {
    this.#room.say('!seed <preset> rolls a seed for this race.');
  }

  /** @param {string} preset */
  async rollSeed(preset) {
    const seed = await rollSeed(this.#game, preset);
    if (seed === null) throw new UserError({ identifier: 'invalidPreset', message: 'There is no such preset.' });
    return seed;
  }
}
