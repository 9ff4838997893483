import type { GuildHasher } from '../events/guildHash.ts';
import type { Deletion, Store } from '../store/store.ts';

/** Added to what an erasing says while hashes of another salt are stored too. */
export const OTHER_HASHES =
  'Hashes of another TELEMETRY_HASH_SALT are stored too. Whether some of them are of this guild can be told with that salt alone; ' +
  'to be rid of them: sapphire-telemetry purge --all';

/** The salt made none of the hashes that are stored, so nothing can be found with it. */
export class OtherSaltError extends Error {
  override readonly name = 'OtherSaltError';

  constructor() {
    super(
      'nothing was deleted: the stored hashes were made with another TELEMETRY_HASH_SALT than this one. ' +
        'Erase the guild with that salt, or delete everything: sapphire-telemetry purge --all'
    );
  }
}

/**
 * Deletes what is stored of one guild.
 * @throws {OtherSaltError} when hashes are stored, but none of this salt.
 */
export async function eraseGuild(store: Store, hasher: GuildHasher, guildId: string): Promise<Deletion> {
  const stored = await store.saltFingerprints();
  if (stored.length > 0 && !stored.includes(hasher.fingerprint)) throw new OtherSaltError();
  return store.eraseGuilds([hasher.hash(guildId)]);
}
