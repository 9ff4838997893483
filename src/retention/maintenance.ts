import type { Clock } from '../events/day.ts';
import type { OperatorLog } from '../pipeline/operatorLog.ts';
import { StoreError, type Store } from '../storage/store.ts';
import { newestPurgedDay, purge, type PurgeOptions, type PurgeResult } from './purge.ts';

/** Said at start and by every status, while hashes of two salts are stored. */
export const SALT_CHANGED =
  'TELEMETRY_HASH_SALT was changed: old and new hashes do not match, so guilds count twice until the old events are gone. ' +
  'To be rid of them now: sapphire-telemetry purge --all';

/** What a purge did. */
export type LastPurge = Pick<PurgeResult, 'throughDay' | 'deleted'>;

interface Parts {
  readonly clock: Clock;
  readonly log: OperatorLog;
  readonly retentionDays: number;
  readonly saltFingerprint: string;
}

/** What is done at start and daily: deleting what is too old, summing up what is over, and looking whether the salt is still the same. */
export class Maintenance {
  readonly #parts: Parts;
  /** What the last purge deleted; `null` before the first. */
  lastPurge: LastPurge | null = null;
  /** Whether hashes of another salt are stored too. */
  saltChanged = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Never rejects. */
  async run(store: Store): Promise<void> {
    const { clock, log, retentionDays } = this.#parts;
    try {
      const throughDay = newestPurgedDay(clock.today(), retentionDays);
      const deleted = await store.purge(throughDay);
      this.lastPurge = { throughDay, deleted };
      if (deleted > 0) log.info(`Telemetry purged ${deleted} events of ${throughDay} and before`);
      await store.sumUp();
      await this.#noteSalt(store);
      if (this.saltChanged) log.warn('salt', `Telemetry: ${SALT_CHANGED}`);
    } catch (error) {
      const reason = error instanceof StoreError ? error.message : 'an unexpected error';
      log.error('purge', `Telemetry could not purge old events: ${reason}. It is tried again at the next time of TELEMETRY_PURGE_CRON`);
    }
  }

  async purge(store: Store, options?: PurgeOptions): Promise<PurgeResult> {
    const { clock, retentionDays } = this.#parts;
    const result = await purge({ store, today: clock.today(), retentionDays, ...options });
    if (options?.dryRun !== true) {
      this.lastPurge = result;
      await this.checkSalt(store);
    }
    return result;
  }

  /** Notes the salt anew, since another process may have purged the note of it with all the rest. Never rejects. */
  async checkSalt(store: Store): Promise<void> {
    // A database that is away is the flusher's to report.
    await this.#noteSalt(store).catch(() => undefined);
  }

  async #noteSalt(store: Store): Promise<void> {
    await store.noteSalt(this.#parts.saltFingerprint);
    this.saltChanged = (await store.saltFingerprints()).length > 1;
  }
}
