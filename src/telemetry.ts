import { setTimeout as wait } from 'node:timers/promises';
import { isPromise } from 'node:util/types';
import type { Settings } from '../config/settings.ts';
import type { TelemetryClientOptions } from './clientOptions.ts';
import { systemClock, type Clock } from './events/day.ts';
import { ErrorClassifier } from './events/errorTypes.ts';
import { guildHasher, saltFingerprint, type GuildHasher } from './events/guildHash.ts';
import { Names } from './events/names.ts';
import { Flusher } from './pipeline/flusher.ts';
import { Ledger } from './pipeline/ledger.ts';
import { Lifecycles } from './pipeline/lifecycles.ts';
import { Losses } from './pipeline/losses.ts';
import type { OperatorLog } from './pipeline/operatorLog.ts';
import { EventQueue } from './pipeline/queue.ts';
import { Recorder } from './pipeline/recorder.ts';
import { checkReportOptions, readReport, type ReportOptions } from './reports/readReport.ts';
import type { UsageReport } from './reports/usageReport.ts';
import { Maintenance } from './retention/maintenance.ts';
import type { PurgeOptions, PurgeResult } from './retention/purge.ts';
import { TelemetryUnavailableError, type Source, type TelemetryService, type TelemetryStatus } from './service.ts';
import { StoreError, type Store } from './storage/store.ts';
import { StoreSession } from './storeSession.ts';

/** `client.destroy()` waits no longer than this. */
const CLOSE_MS = 3_000;
const CLOSE_RETRY_MS = 100;
/** A report waits no longer than this for the newest events to be written. */
const REPORT_FLUSH_MS = 1_000;
const CHECK_MS = 60_000;

/** Settings of telemetry that is enabled. */
export type EnabledSettings = Settings & { readonly hashSalt: string };

interface Parts {
  readonly settings: EnabledSettings;
  readonly log: OperatorLog;
  readonly options?: TelemetryClientOptions | undefined;
  readonly clock?: Clock;
}

/** Telemetry that is on: lifecycle → event → queue → flusher → store, and back to a report. */
export class Telemetry implements TelemetryService {
  readonly enabled = true;
  readonly #settings: EnabledSettings;
  readonly #log: OperatorLog;
  readonly #clock: Clock;
  readonly #excluded: ReadonlySet<string>;
  readonly #hash: GuildHasher;
  readonly #errors: ErrorClassifier;
  readonly #names = new Names();
  readonly #ledger = new Ledger();
  readonly #queue: EventQueue;
  readonly #flusher: Flusher;
  readonly #lifecycles: Lifecycles;
  readonly #maintenance: Maintenance;
  /** Those that are being read: who asks for the same meanwhile shares it. */
  readonly #reports = new Map<string, Promise<UsageReport>>();
  #session: StoreSession | undefined;
  #checks: NodeJS.Timeout | undefined;
  /** How many events were written when the salt was last looked at. */
  #writtenAtCheck = 0;
  #closing: Promise<void> = Promise.resolve();
  /** Like `#closing`, but not cut short by the deadline. */
  #released: Promise<void> = Promise.resolve();

  /** @throws {SettingsError} when the client option `telemetry` is wrong. */
  constructor({ settings, log, options = {}, clock = systemClock() }: Parts) {
    this.#settings = settings;
    this.#log = log;
    this.#clock = clock;
    this.#excluded = new Set(options.excludeGuilds);
    this.#hash = guildHasher(settings.hashSalt);
    this.#errors = new ErrorClassifier({
      ownTypes: options.errorTypes,
      classify: options.classifyError,
      onClassifyError: () => log.error('classify', "Telemetry: the bot's classifyError threw an error; the plugin decides instead")
    });
    this.#queue = new EventQueue(settings.queueSize);
    const shared = { queue: this.#queue, ledger: this.#ledger, losses: new Losses(), log };
    this.#flusher = new Flusher({ ...shared, intervalMs: settings.flushIntervalMs });
    const recorder = new Recorder({ ...shared, onQueued: () => this.#flusher.onQueued() });
    this.#lifecycles = new Lifecycles({ recorder, clock, sampleRate: settings.sampleRate });
    this.#maintenance = new Maintenance({
      clock,
      log,
      retentionDays: settings.retentionDays,
      saltFingerprint: saltFingerprint(settings.hashSalt)
    });
  }

  start(): void {
    if (this.#session !== undefined) return;
    this.#checks = setInterval(() => this.#guard(() => this.#check()), CHECK_MS).unref();
    this.#session = new StoreSession({
      settings: this.#settings,
      log: this.#log,
      clock: this.#clock,
      onOpen: (store) => this.#flusher.start(store),
      maintain: (store) => this.#maintenance.run(store),
      after: this.#released
    });
  }

  begin(key: object, source: Source): void {
    this.#begin(key, source, false);
  }

  has(key: object): boolean {
    return this.#lifecycles.has(key);
  }

  succeed(key: object): void {
    this.#guard(() => this.#lifecycles.note(key, 'success'));
  }

  fail(key: object, errorType: string): void {
    this.#guard(() => this.#lifecycles.note(key, this.#errors.fromType(errorType)));
  }

  failWith(key: object, error: unknown): void {
    this.#guard(() => this.#lifecycles.note(key, this.#errors.fromError(error)));
  }

  deny(key: object, error: unknown): void {
    this.#guard(() => this.#lifecycles.note(key, this.#errors.fromDenial(error)));
  }

  annotate(key: object, more: { readonly provider: string }): void {
    this.#guard(() => this.#lifecycles.annotate(key, this.#names.provider(more.provider)));
  }

  end(key: object): void {
    this.#guard(() => this.#lifecycles.end(key));
  }

  track<T>(source: Source, fn: () => T, key: object = {}): T {
    const succeed = (): void => {
      this.succeed(key);
      this.end(key);
    };
    const fail = (error: unknown): void => {
      this.failWith(key, error);
      this.end(key);
    };
    this.#begin(key, source, true);
    try {
      const result = fn();
      // The caller gets the very promise that `fn` made; ours only looks on.
      if (isPromise(result)) void result.then(succeed, fail);
      else succeed();
      return result;
    } catch (error) {
      fail(error);
      throw error;
    }
  }

  flush(): Promise<boolean> {
    return this.#flusher.flush();
  }

  async report(options: ReportOptions = {}): Promise<UsageReport> {
    checkReportOptions(options);
    const key = `${options.days ?? ''} ${options.surface ?? ''}`;
    const running = this.#reports.get(key) ?? this.#readReport(options).finally(() => this.#reports.delete(key));
    this.#reports.set(key, running);
    return running;
  }

  async purge(options?: PurgeOptions): Promise<PurgeResult> {
    const store = this.#openStore();
    return this.#reading(() => this.#maintenance.purge(store, options));
  }

  async eraseGuild(guildId: string): Promise<number> {
    // Node's own error would repeat the id.
    if (typeof guildId !== 'string') throw new TypeError('the id of a guild is a text');
    const store = this.#openStore();
    // What is queued may be of that guild too.
    await this.flush();
    return this.#reading(() => store.eraseGuild(this.#hash(guildId)));
  }

  status(): TelemetryStatus {
    const session = this.#session;
    return {
      state: session === undefined ? 'closed' : session.store === undefined ? 'opening' : 'open',
      problem: session?.problem ?? this.#flusher.problem,
      database: session?.store?.description ?? null,
      sampleRate: this.#settings.sampleRate,
      retentionDays: this.#settings.retentionDays,
      queueLength: this.#queue.length,
      queueCapacity: this.#queue.capacity,
      inFlight: this.#lifecycles.inFlight,
      ledger: { ...this.#ledger },
      folded: this.#names.folded + this.#errors.folded,
      lastPurge: this.#maintenance.lastPurge,
      saltChanged: this.#maintenance.saltChanged
    };
  }

  close(): Promise<void> {
    const session = this.#session;
    if (session !== undefined) {
      this.#session = undefined;
      this.#closing = this.#shutDown(session);
    }
    return this.#closing;
  }

  #begin(key: object, source: Source, endsByItself: boolean): void {
    this.#guard(() => {
      const { provider, guildId, timed } = source;
      if (typeof guildId === 'string' && this.#excluded.has(guildId)) return;
      this.#lifecycles.begin(key, {
        operation: this.#names.operation(source),
        provider: this.#names.provider(provider),
        guildHash: typeof guildId === 'string' ? this.#hash(guildId) : null,
        timed: timed ?? true,
        endsByItself
      });
    });
  }

  /** What is done every minute. A bot that nobody uses leaves its database in peace. */
  #check(): void {
    this.#lifecycles.expire();
    const store = this.#session?.store;
    if (store === undefined || (this.#ledger.written === this.#writtenAtCheck && !this.#maintenance.saltChanged)) return;
    this.#writtenAtCheck = this.#ledger.written;
    void this.#maintenance.checkSalt(store);
  }

  async #shutDown(session: StoreSession): Promise<void> {
    clearInterval(this.#checks);
    session.abort();
    this.#guard(() => this.#lifecycles.interruptAll());
    this.#released = this.#release(session).catch(() => undefined);
    await Promise.race([this.#released, wait(CLOSE_MS, undefined, { ref: false })]);
    if (this.#queue.length > 0)
      this.#log.error('close', `Telemetry closes with ${this.#queue.length} events unwritten: its database did not answer`);
  }

  async #release(session: StoreSession): Promise<void> {
    await session.opened();
    const end = performance.now() + CLOSE_MS;
    // A database that is busy, or comes back in time, still gets what is queued.
    while (session.store !== undefined && !(await this.flush()) && performance.now() < end) await wait(CLOSE_RETRY_MS);
    await this.#flusher.stop();
    await session.close();
  }

  async #readReport(options: ReportOptions): Promise<UsageReport> {
    const store = this.#openStore();
    await Promise.race([this.flush(), wait(REPORT_FLUSH_MS, undefined, { ref: false })]);
    return this.#reading(() => readReport(store, this.#clock.today(), options));
  }

  #openStore(): Store {
    const store = this.#session?.store;
    if (store === undefined)
      throw new TelemetryUnavailableError(this.#session?.problem ?? 'the database of telemetry is not open yet: try again in a moment');
    return store;
  }

  async #reading<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof StoreError) throw new TelemetryUnavailableError(error.message, { cause: error });
      throw error;
    }
  }

  /** Fail open: a bug of ours is the operator's to read of, and never the bot's to meet. */
  #guard(work: () => void): void {
    try {
      work();
    } catch {
      this.#log.error('bug', 'Telemetry met an error of its own while recording: please report it');
    }
  }
}
