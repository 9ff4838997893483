import type { Clock } from '../events/clock.ts';
import { addDays, DAY_MS } from '../events/day.ts';
import type { GuildHasher } from '../events/guildHash.ts';
import type { ThrottledLogger } from '../logging/throttledLogger.ts';
import type { Deletion, Store } from '../store/store.ts';
import { reasonOf } from '../store/storeError.ts';
import { asksTheClock, ClockError, doubtOf, withRemedy } from './clockCheck.ts';
import { eraseGuild } from './eraseGuild.ts';
import { HeardTime } from './heardTime.ts';
import { purge, purgedDays, purgedWords, type PurgeOptions, type PurgeResult } from './purge.ts';

/** Said at start and by every status, while hashes of two salts are stored. */
export const SALT_CHANGED =
  'TELEMETRY_HASH_SALT was changed: old and new hashes do not match, so guilds count twice until the old events are gone. ' +
  'To be rid of them now: sapphire-telemetry purge --all';

/** Whether hashes of two salts are stored, or of another one than `own`, where that is known. */
export function hasOtherSalt(stored: readonly string[], own: string | undefined): boolean {
  return own === undefined ? stored.length > 1 : stored.some((fingerprint) => fingerprint !== own);
}
/** At start Discord has a moment to answer, before anything is deleted by a clock that nobody confirmed. */
const UNHEARD = 'no answer of Discord has told the time yet';
const DOUBT_MINUTES = 60;

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
  readonly heardTime: HeardTime;
  /** What the last purge deleted; `null` before the first. */
  lastPurge: LastPurge | null = null;
  /** Why the purge that was due waits; `null` when none does. */
  purgeWaits: string | null = null;
  /** Whether hashes of another salt are stored too. */
  saltChanged = false;
  /** How many events were written when the salt was last looked at. */
  #writtenAtCheck = 0;
  /** The newest day that had events when the store was opened: what this process writes by its own clock proves nothing of that clock. */
  #known: { readonly day: string; readonly atMs: number } | undefined;

  constructor(options: MaintenanceOptions) {
    this.#options = options;
    this.heardTime = new HeardTime(options.clock);
  }

  /** To be called when the store is open, before anything is written to it. */
  async noteNewestDay(store: Store): Promise<void> {
    const { clock } = this.#options;
    const { newestDay } = await store.clock();
    this.#known ??= { day: newestDay ?? clock.today(), atMs: clock.monotonicMs() };
  }

  /** Purges and rolls up, unless the clock may be wrong: then both wait. Never rejects. */
  async run(store: Store): Promise<void> {
    const { log } = this.#options;
    try {
      const doubt = this.heardTime.isAwaited ? UNHEARD : await this.#doubt(store);
      this.purgeWaits = doubt;
      if (doubt === null) await this.#purgeAndRollUp(store);
      else if (doubt !== UNHEARD) log.warn('clock', `Telemetry does not purge: ${withRemedy(doubt)}`, DOUBT_MINUTES);
      await this.#lookAtSalt(store);
      if (this.saltChanged) log.warn('salt', `Telemetry: ${SALT_CHANGED}`);
    } catch (error) {
      log.error(
        'purge',
        `Telemetry could not purge old events: ${reasonOf(error)}. It is tried again at the next time of TELEMETRY_PURGE_CRON`
      );
    }
  }

  /** @throws {ClockError} when the clock may be wrong, the purge asks it, and is not forced. */
  async purge(store: Store, options: PurgeOptions = {}): Promise<PurgeResult> {
    const { clock, retentionDays } = this.#options;
    const doubt = asksTheClock(options) ? await this.#doubt(store) : null;
    if (doubt !== null) throw new ClockError(doubt);
    const result = await purge({ store, today: clock.today(), retentionDays, ...options });
    if (options.dryRun !== true) {
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

  async #doubt(store: Store): Promise<string | null> {
    const { clock, retentionDays } = this.#options;
    const knownDay = this.#known && addDays(this.#known.day, Math.floor((clock.monotonicMs() - this.#known.atMs) / DAY_MS));
    const database = await store.clock();
    return doubtOf({ clock, database, discordMs: this.heardTime.nowMs, knownDay: knownDay ?? database.newestDay, retentionDays });
  }

  async #purgeAndRollUp(store: Store): Promise<void> {
    const { clock, log, retentionDays } = this.#options;
    const days = await purgedDays(store, clock.today(), retentionDays);
    const { deleted } = await store.purge(days);
    this.lastPurge = { throughDay: days.through, deleted };
    log.clear('clock');
    if (deleted > 0) log.info(`Telemetry purged ${purgedWords({ throughDay: days.through, afterDay: days.after })}: ${deleted} in all`);
    await store.rollUp();
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
