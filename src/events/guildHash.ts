import { createHmac, createSecretKey, scrypt, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

/** As many guilds as a large bot has; the cache starts anew beyond. */
const CACHE_SIZE = 10_000;
const KEY_BYTES = 32;
/** The same for every bot, since nothing but the salt may be needed to make a hash again. */
const APPLICATION = 'sapphire-plugin-telemetry';

/**
 * Hashes guild ids: HMAC-SHA-256 in lower-case hexadecimal, under a key that is derived from the salt with scrypt, so that each salt that is
 * guessed costs a guesser some 30 ms instead of a microsecond.
 */
export class GuildHasher {
  /** Tells one salt from another without telling the salt: what it makes of a fixed text. */
  readonly fingerprint: string;
  readonly #key: KeyObject;
  readonly #hashes = new Map<string, string>();

  /** Derives the key, on a thread of Node's own. */
  static async from(salt: string): Promise<GuildHasher> {
    const key = (await promisify(scrypt)(salt, APPLICATION, KEY_BYTES)) as Buffer;
    return new GuildHasher(createSecretKey(key));
  }

  private constructor(key: KeyObject) {
    this.#key = key;
    this.fingerprint = this.#hmac(`${APPLICATION} salt`);
  }

  /** A guild's hash is kept in memory, since one HMAC costs more than all the rest of an event. */
  hash(guildId: string): string {
    const known = this.#hashes.get(guildId);
    if (known !== undefined) return known;
    const hash = this.#hmac(guildId);
    if (this.#hashes.size >= CACHE_SIZE) this.#hashes.clear();
    this.#hashes.set(guildId, hash);
    return hash;
  }

  #hmac(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('hex');
  }
}
