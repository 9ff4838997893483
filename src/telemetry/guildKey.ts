import { withDeadline } from '../common/deadline.ts';
import { GuildHasher } from '../events/guildHash.ts';
import type { ThrottledLogger } from '../logging/throttledLogger.ts';
import { TelemetryUnavailableError } from './telemetry.ts';

/** The bot logs in without it after this time: something holds Node's own threads. */
const READY_MS = 1_000;

/** The hasher of guilds, which takes some 30 ms to make, off the bot's thread. */
export class GuildKey {
  /** Resolves once it is made, or can't be. */
  readonly made: Promise<void>;
  #hasher: GuildHasher | undefined;

  constructor(salt: string, log: ThrottledLogger) {
    this.made = this.#make(salt, log);
  }

  /** Resolves once it is made, after a second at the latest. */
  async ready(): Promise<void> {
    await withDeadline(this.made, READY_MS);
  }

  /** `null` while there is none: the plain id is never kept to wait for it. */
  readonly hash = (guildId: string): string | null => this.#hasher?.hash(guildId) ?? null;

  /** Of the salt; `undefined` while there is no key. */
  readonly fingerprint = (): string | undefined => this.#hasher?.fingerprint;

  /** @throws {TelemetryUnavailableError} when there is none. */
  get hasher(): GuildHasher {
    if (this.#hasher !== undefined) return this.#hasher;
    throw new TelemetryUnavailableError('there is no key from TELEMETRY_HASH_SALT (yet), without which no guild can be found');
  }

  async #make(salt: string, log: ThrottledLogger): Promise<void> {
    try {
      this.#hasher = await GuildHasher.from(salt);
    } catch {
      log.error(
        'key',
        'Telemetry cannot derive a key from TELEMETRY_HASH_SALT: this Node lacks scrypt. Runs are recorded without their guilds'
      );
    }
  }
}
