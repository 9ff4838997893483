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
  /** Called with the former and the new hash of each guild that is met for the first time, where there is a former salt. */
  onMet: (formerHash: string, hash: string) => void = () => undefined;
  #hasher: GuildHasher | undefined;
  #former: GuildHasher | undefined;
  readonly #hashesByFormer = new Map<string, string>();

  /** @param formerSalt what the salt was before, to find guilds by their former hashes. */
  constructor(salt: string, formerSalt: string | undefined, log: ThrottledLogger) {
    this.made = this.#make(salt, formerSalt, log);
  }

  /** Resolves once it is made, after a second at the latest. */
  async ready(): Promise<void> {
    await withDeadline(this.made, READY_MS);
  }

  /** `null` while there is none: the plain id is never kept to wait for it. */
  readonly hash = (guildId: string): string | null => {
    const hash = this.#hasher?.hash(guildId) ?? null;
    if (hash !== null && this.#former !== undefined) this.#note(this.#former.hash(guildId), hash);
    return hash;
  };

  /** The hash of the guild whose former hash this is; `undefined` while it was not met. */
  hashOf(formerHash: string): string | undefined {
    return this.#hashesByFormer.get(formerHash);
  }

  /** Of the former salt; `undefined` where there is none. */
  readonly formerFingerprint = (): string | undefined => this.#former?.fingerprint;

  /** Of the salt; `undefined` while there is no key. */
  readonly fingerprint = (): string | undefined => this.#hasher?.fingerprint;

  /** @throws {TelemetryUnavailableError} when there is none. */
  get hasher(): GuildHasher {
    if (this.#hasher !== undefined) return this.#hasher;
    throw new TelemetryUnavailableError('there is no key from TELEMETRY_HASH_SALT (yet), without which no guild can be found');
  }

  #note(formerHash: string, hash: string): void {
    if (this.#hashesByFormer.has(formerHash)) return;
    this.#hashesByFormer.set(formerHash, hash);
    this.onMet(formerHash, hash);
  }

  async #make(salt: string, formerSalt: string | undefined, log: ThrottledLogger): Promise<void> {
    try {
      if (formerSalt !== undefined) this.#former = await GuildHasher.from(formerSalt);
      this.#hasher = await GuildHasher.from(salt);
    } catch {
      log.error(
        'key',
        'Telemetry cannot derive a key from TELEMETRY_HASH_SALT: this Node lacks scrypt. Runs are recorded without their guilds'
      );
    }
  }
}
