import type { ThrottledLogger } from '../logging/throttledLogger.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { OptOut } from '../schema/dictionary.ts';
import type { Deletion, Store } from '../store/store.ts';
import { reasonOf, StoreError } from '../store/storeError.ts';
import type { GuildKey } from './guildKey.ts';

const UNKNOWN_SALT =
  'guilds opted out under another TELEMETRY_HASH_SALT and would be recorded again: set TELEMETRY_PREVIOUS_HASH_SALT to that salt, or forget ' +
  'what they said with sapphire-telemetry rotate-salt --finish';

interface GuildForgettingOptions {
  readonly pipeline: Pipeline;
  readonly guilds: GuildKey;
  readonly log: ThrottledLogger;
}

/**
 * Forgets guilds: those whose admins opted out, of which every process and every later one keeps nothing, and those that the bot has left. What
 * is stored of them is erased, and nothing is recorded from then on.
 */
export class GuildForgetting {
  readonly #options: GuildForgettingOptions;
  /** Hashes of which something may still be stored. */
  readonly #unerased = new Set<string>();
  /** Opted out under the former salt, by guilds that this process has not met. */
  #unmet: ReadonlyMap<string, OptOut> = new Map();
  /** Those that it has met since, by the new hash. */
  readonly #met = new Map<string, OptOut>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: GuildForgettingOptions) {
    this.#options = options;
    options.guilds.onMet = (formerHash, hash) => this.#meet(formerHash, hash);
  }

  /** Whether any guild has opted out, so that a run of a guild that can't be told must not be recorded. */
  get isAny(): boolean {
    return this.#options.pipeline.forgotten.optedOut.size + this.#unmet.size > 0;
  }

  /** Whether this guild has opted out, as far as this process knows. */
  hasOptedOut(guildId: string): boolean {
    const hash = this.#options.guilds.hash(guildId);
    return hash !== null && this.#options.pipeline.forgotten.optedOut.has(hash);
  }

  /**
   * Reads who opted out, before anything is written.
   * @throws {StoreError} when some did so under a salt that is not known.
   */
  read(store: Store): Promise<void> {
    return this.#inTurn(() => this.#read(store));
  }

  async #read(store: Store): Promise<void> {
    const { guilds, pipeline } = this.#options;
    const own = guilds.fingerprint();
    const stored = await store.optOuts();
    const former = stored.filter(({ fingerprint }) => fingerprint !== own);
    if (former.some(({ fingerprint }) => fingerprint !== guilds.formerFingerprint())) throw new StoreError('unavailable', UNKNOWN_SALT);
    this.#unmet = new Map(former.map((optOut) => [optOut.guildHash, optOut]));
    const hashes = new Set(stored.filter(({ fingerprint }) => fingerprint === own).map(({ guildHash }) => guildHash));
    // A process that still has the former salt may be running: what is missing was not necessarily taken back.
    if (former.length > 0) for (const hash of pipeline.forgotten.optedOut) hashes.add(hash);
    this.#optOut(hashes);
    for (const { guildHash } of former) {
      const hash = guilds.hashOf(guildHash);
      if (hash !== undefined) this.#meet(guildHash, hash);
    }
  }

  /**
   * Erases what is still stored of forgotten guilds, all at once, and keeps under the new salt what was said under the former one. Never rejects.
   * @param readsAnew whether another process may have taken an opt-out meanwhile.
   */
  async check(store: Store, readsAnew: boolean): Promise<void> {
    try {
      await this.#inTurn(async () => {
        if (readsAnew) await this.#read(store);
        await this.#settle(store);
      });
    } catch (error) {
      this.#options.log.error(
        'optOuts',
        `Telemetry could not look which guilds opted out: ${reasonOf(error)}. It is tried again in a minute`
      );
    }
  }

  async #settle(store: Store): Promise<void> {
    const own = this.#options.guilds.fingerprint();
    if (this.#met.size > 0 && own !== undefined) {
      const met = [...this.#met];
      await store.addOptOuts(met.map(([guildHash]) => ({ guildHash, fingerprint: own })));
      await store.removeOptOuts(met.map(([, { guildHash }]) => guildHash));
      for (const [hash] of met) this.#met.delete(hash);
    }
    if (this.#unerased.size > 0) await this.#erase(store);
  }

  /** @throws {StoreError} when it can't be kept: then nothing has changed. */
  optOut(store: Store, guildId: string): Promise<Deletion> {
    const { guilds, pipeline } = this.#options;
    return this.#inTurn(async () => {
      const [guildHash, fingerprint] = [guilds.hasher.hash(guildId), guilds.hasher.fingerprint];
      await store.addOptOuts([{ guildHash, fingerprint }]);
      this.#optOut(new Set([...pipeline.forgotten.optedOut, guildHash]));
      this.#unerased.add(guildHash);
      return this.#erase(store);
    });
  }

  /** @throws {StoreError} when it can't be kept: then nothing has changed. */
  optIn(store: Store, guildId: string): Promise<void> {
    const { guilds, pipeline } = this.#options;
    return this.#inTurn(async () => {
      const guildHash = guilds.hasher.hash(guildId);
      await this.#settle(store);
      await store.removeOptOuts([guildHash]);
      pipeline.forgotten.optedOut = new Set([...pipeline.forgotten.optedOut].filter((hash) => hash !== guildHash));
    });
  }

  /** The bot was removed from a guild. What is stored of it is erased within a minute, together with that of others. */
  leave(guildId: string): void {
    const { guilds, pipeline } = this.#options;
    const hash = guilds.hash(guildId);
    if (hash === null) return;
    this.#unerased.add(hash);
    pipeline.forgotten.left.add(hash);
    pipeline.dropForgotten();
  }

  /** The bot is in a guild, again or for the first time. */
  join(guildId: string): void {
    const hash = this.#options.guilds.hash(guildId);
    if (hash !== null) this.#options.pipeline.forgotten.left.delete(hash);
  }

  /** One at a time: what was read before a change must not undo it. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  #optOut(hashes: ReadonlySet<string>): void {
    const { pipeline } = this.#options;
    for (const hash of hashes) if (!pipeline.forgotten.optedOut.has(hash)) this.#unerased.add(hash);
    pipeline.forgotten.optedOut = hashes;
    pipeline.dropForgotten();
  }

  /** A guild whose former hash is known now: it may have opted out under the former salt. */
  #meet(formerHash: string, hash: string): void {
    const optOut = this.#unmet.get(formerHash);
    if (optOut === undefined) return;
    this.#met.set(hash, optOut);
    this.#optOut(new Set([...this.#options.pipeline.forgotten.optedOut, hash]));
  }

  async #erase(store: Store): Promise<Deletion> {
    const hashes = [...this.#unerased];
    // A batch that is just being written may hold events of them.
    if (!(await this.#options.pipeline.flusher.flush())) return NOT_YET;
    const deletion = await store.eraseGuilds(hashes).catch(() => undefined);
    if (deletion === undefined) return NOT_YET;
    for (const hash of hashes) this.#unerased.delete(hash);
    return deletion;
  }
}

/** What could not be erased now is erased within a minute of the database's return. */
const NOT_YET: Deletion = { deleted: 0, isWiped: false };
