import type { Clock } from '../events/clock.ts';
import type { GuildHasher } from '../events/guildHash.ts';
import type { ThrottledLogger } from '../logging/throttledLogger.ts';
import type { Deletion, Store } from '../store/store.ts';
import { reasonOf } from '../store/storeError.ts';
import { eraseGuild } from './eraseGuild.ts';
import { newestPurgedDay, purge, type PurgeOptions, type PurgeResult } from './purge.ts';

/** Said at start and by every status, while hashes of two salts are stored. */
export const SALT_CHANGED =
  'TELEMETRY_HASH_SALT was changed: old and new hashes do not match, so guilds count twice until the old events are gone. ' +
  'To be rid of them now: sapphire-telemetry purge --all';

/** Whether hashes of two salts are stored, or of another one than `own`, where that is known. */
export function hasOtherSalt(stored: readonly string[], own: string | undefined): boolean {
  return own === undefined ? stored.length > 1 : stored.some((fingerprint) => fingerprint !== own);
}

/** What a purge did. */
export type LastPurge = Pick<PurgeResult, 'throughDay' | 'deleted'>;

interface MaintenanceOptions {
  readonly clock: Clock;
  readonly log: ThrottledLogger;
  readonly retentionDays: number;
  /** `undefined` while no guild can be hashed. */
  readonly saltFingerprint: () => string | undefined;
}

/** What is done at start and daily: deleting what is too old, rolling up what is over, and looking whether the salt is still the same. */
export class Maintenance {
  readonly #options: MaintenanceOptions;
  /** What the last purge deleted; `null` before the first. */
  lastPurge: LastPurge | null = null;
  /** Whether hashes of another salt are stored too. */
  saltChanged = false;
  /** How many events were written when the salt was last looked at. */
  #writtenAtCheck = 0;

  constructor(options: MaintenanceOptions) {
    this.#options = options;
  }

  /** Never rejects. */
  async run(store: Store): Promise<void> {
    const { clock, log, retentionDays } = this.#options;
    try {
      const throughDay = newestPurgedDay(clock.today(), retentionDays);
      const { deleted } = await store.purge(throughDay);
      this.lastPurge = { throughDay, deleted };
      if (deleted > 0) log.info(`Telemetry purged ${deleted} events of ${throughDay} and before`);
      await store.rollUp();
      await this.#lookAtSalt(store);
      if (this.saltChanged) log.warn('salt', `Telemetry: ${SALT_CHANGED}`);
    } catch (error) {
      log.error(
        'purge',
        `Telemetry could not purge old events: ${reasonOf(error)}. It is tried again at the next time of TELEMETRY_PURGE_CRON`
      );
    }
  }

  async purge(store: Store, options?: PurgeOptions): Promise<PurgeResult> {
    const { clock, retentionDays } = this.#options;
    const result = await purge({ store, today: clock.today(), retentionDays, ...options });
    if (options?.dryRun !== true) {
      this.lastPurge = result;
      await this.#checkSalt(store);
    }
    return result;
  }

  /** Looks at the salt where more events are written than at the last time: a bot that nobody uses leaves its database in peace. Never rejects. */
  async checkSaltAfterWrites(store: Store, written: number): Promise<void> {
    if (written === this.#writtenAtCheck && !this.saltChanged) return;
    this.#writtenAtCheck = written;
    await this.#checkSalt(store);
  }

  /** @throws {OtherSaltError} when hashes are stored, but none of this salt. */
  async eraseGuild(store: Store, hasher: GuildHasher, guildId: string): Promise<Deletion> {
    const deleted = await eraseGuild(store, hasher, guildId);
    await this.#checkSalt(store);
    return deleted;
  }

  /** Never rejects. */
  async #checkSalt(store: Store): Promise<void> {
    // A database that is away is the flusher's to report.
    await this.#lookAtSalt(store).catch(() => undefined);
  }

  async #lookAtSalt(store: Store): Promise<void> {
    const stored = await store.saltFingerprints();
    this.saltChanged = hasOtherSalt(stored, this.#options.saltFingerprint());
  }
}
