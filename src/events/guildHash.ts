import { createHmac, createSecretKey } from 'node:crypto';

/** As many guilds as a large bot has; the cache starts anew beyond. */
const CACHE_SIZE = 10_000;

/** Hashes a guild id: HMAC-SHA-256 under the salt, in lower-case hexadecimal. */
export type GuildHasher = (guildId: string) => string;

/** Tells one salt from another without telling the salt: what it makes of a fixed text. */
export function saltFingerprint(salt: string): string {
  return createHmac('sha256', salt).update('sapphire-plugin-telemetry salt').digest('hex');
}

/** Makes the hasher. A guild's hash is kept in memory, since one HMAC costs more than all the rest of an event. */
export function guildHasher(salt: string): GuildHasher {
  const key = createSecretKey(salt, 'utf8');
  const hashes = new Map<string, string>();
  return (guildId) => {
    const known = hashes.get(guildId);
    if (known !== undefined) return known;
    const hash = createHmac('sha256', key).update(guildId).digest('hex');
    if (hashes.size >= CACHE_SIZE) hashes.clear();
    hashes.set(guildId, hash);
    return hash;
  };
}
