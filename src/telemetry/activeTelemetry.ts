// Over 200 lines: the whole of the public interface in one class, whose parts are all elsewhere.
import type { Settings } from '../../config/settings.ts';
import { Alerts, type AlertListener } from '../alerts/alerts.ts';
import { withDeadline } from '../common/deadline.ts';
import { systemClock, type Clock } from '../events/clock.ts';
import type { PieceRun, RunDescription } from '../events/runDescription.ts';
import type { ThrottledLogger } from '../logging/throttledLogger.ts';
import type { Meter } from '../metrics/meter.ts';
import { RunMetrics } from '../metrics/runMetrics.ts';
import { Pipeline } from '../pipeline/pipeline.ts';
import { readReport, type ReportOptions, type ReportRequest } from '../reports/readReport.ts';
import { ReportCache } from '../reports/reportCache.ts';
import type { UsageReport } from '../reports/usageReport.ts';
import { ClockError } from '../retention/clockCheck.ts';
import { Maintenance } from '../retention/maintenance.ts';
import { OtherSaltError } from '../retention/eraseGuild.ts';
import type { PurgeOptions, PurgeResult } from '../retention/purge.ts';
import { LossFolder } from '../storage/lossFolder.ts';
import type { NoticeKind } from '../schema/closedLists.ts';
import type { Notice } from '../schema/dictionary.ts';
import type { Deletion, NoticeClaim, Store } from '../store/store.ts';
import { StoreError } from '../store/storeError.ts';
import type { ActiveRunRecorder } from './activeRunRecorder.ts';
import type { TelemetryClientOptions } from './clientOptions.ts';
import { closeWithin, saveAtExit } from './closeWithin.ts';
import { EarlierLosses } from './earlierLosses.ts';
import { GuildForgetting } from './guildForgetting.ts';
import { GuildKey } from './guildKey.ts';
import { KeyedRun } from './keyedRun.ts';
import { makeRecorder, wishesOf } from './makeRecorder.ts';
import { readStatus } from './readStatus.ts';
import type { TelemetryStatus } from './status.ts';
import { StoreSession } from './storeSession.ts';
import { TelemetryUnavailableError, type Run } from './telemetry.ts';
import type { TelemetryService } from './telemetryService.ts';
import { toEachRun } from './toEachRun.ts';

/** A report waits no longer than this for the newest events to be written. */
const REPORT_FLUSH_MS = 1_000;
/** Nor than this for a database that is being opened. */
const OPENING_MS = 2_000;
const CHECK_MS = 60_000;

/** Settings of telemetry that is enabled. */
export type EnabledSettings = Settings & { readonly hashSalt: string };

interface ActiveTelemetryOptions {
  readonly settings: EnabledSettings;
  readonly log: ThrottledLogger;
  /** The client option `telemetry`, already checked. */
  readonly options?: TelemetryClientOptions | undefined;
  readonly clock?: Clock;
}

/** Telemetry that is on. */
export class ActiveTelemetry implements TelemetryService {
  readonly enabled = true;
  readonly runs: ActiveRunRecorder;
  readonly #settings: EnabledSettings;
  readonly #log: ThrottledLogger;
  readonly #clock: Clock;
  readonly #guilds: GuildKey;
  readonly #forgetting: GuildForgetting;
  readonly #earlierLosses: EarlierLosses;
  readonly #pipeline: Pipeline;
  #metrics: RunMetrics | undefined;
  /** `undefined` where nobody is to hear of them. */
  readonly #alerts: Alerts | undefined;
  readonly #maintenance: Maintenance;
  readonly #reports = new ReportCache((request) => this.#readReport(request));
  #pieces: (() => readonly PieceRun[]) | undefined;
  #session: StoreSession | undefined;
  #checks: NodeJS.Timeout | undefined;
  /** Gives up what is to be done when the process ends. */
  #disarm: () => void = () => undefined;
  #closing: Promise<void> = Promise.resolve();
  /** Like `#closing`, but not cut short by the deadline. */
  #released: Promise<void> = Promise.resolve();

  constructor({ settings, log, options = {}, clock = systemClock() }: ActiveTelemetryOptions) {
    this.#settings = settings;
    this.#log = log;
    this.#clock = clock;
    this.#guilds = new GuildKey(settings.hashSalt, settings.previousHashSalt, log);
    const lossFolder = new LossFolder(settings);
    this.#earlierLosses = new EarlierLosses(lossFolder, log);
    this.#pipeline = new Pipeline({ ...settings, clock, log, lossShelf: lossFolder });
    this.#alerts = settings.notify === undefined ? undefined : new Alerts({ clock, log });
    this.#handTo(options.meter);
    this.#forgetting = new GuildForgetting({ pipeline: this.#pipeline, guilds: this.#guilds, log });
    this.#maintenance = new Maintenance({ clock, log, retentionDays: settings.retentionDays, saltFingerprint: this.#guilds.fingerprint });
    this.runs = makeRecorder({
      log,
      options,
      lifecycles: this.#pipeline.lifecycles,
      hashGuild: this.#guilds.hash,
      recordsUnhashed: () => !this.#forgetting.isAny
    });
  }

  ready(): Promise<void> {
    return this.#guilds.ready();
  }

  start(hearsDiscord = false): void {
    if (this.#session !== undefined) return;
    if (hearsDiscord) this.#maintenance.heardTime.expect();
    this.#pipeline.resume();
    this.#metrics?.prepare();
    this.#alerts?.clear();
    this.#checks = setInterval(() => this.#check(), CHECK_MS).unref();
    const session = new StoreSession({
      settings: this.#settings,
      log: this.#log,
      clock: this.#clock,
      prepare: (store) => this.#forgetting.read(store).then(() => this.#maintenance.noteNewestDay(store)),
      onOpen: (store) => this.#pipeline.flusher.start(store),
      maintain: (store) => this.#maintain(store),
      after: Promise.all([this.#released, this.#guilds.made]),
      saltFingerprint: this.#guilds.fingerprint
    });
    this.#session = session;
    this.#disarm();
    this.#disarm = saveAtExit(session, this.#pipeline, this.runs.interruptAll);
  }

  heed(options: TelemetryClientOptions): void {
    this.runs.heed(wishesOf(options, this.#log));
    this.#handTo(options.meter);
  }

  knowPieces(list: () => readonly PieceRun[]): void {
    this.#pieces = list;
  }

  hear(date: string | null): void {
    this.#maintenance.heardTime.hear(date);
    this.#maintainIfWaiting();
  }

  track<T>(description: RunDescription, work: (run: Run) => T): T {
    return this.runs.track(description, work);
  }

  run(key: object): Run {
    return new KeyedRun(this.runs, this.runs.keyOf(key));
  }

  flush(): Promise<boolean> {
    return this.#pipeline.flusher.flush();
  }

  report(options: ReportOptions = {}): Promise<UsageReport> {
    return this.#reports.read(options);
  }

  async purge(options?: PurgeOptions): Promise<PurgeResult> {
    const store = this.#openStore();
    return this.#reading(() => this.#maintenance.purge(store, options)).finally(() => this.#reports.clear());
  }

  async eraseGuild(guildId: string): Promise<Deletion> {
    // Node's own error would repeat the id.
    if (typeof guildId !== 'string') throw new TypeError('guildId must be a string');
    const store = this.#openStore();
    // What is queued may be of that guild too.
    await this.flush();
    return this.#reading(() => this.#maintenance.eraseGuild(store, this.#guilds.hasher, guildId)).finally(() => this.#reports.clear());
  }

  async optOut(guildId: string): Promise<Deletion> {
    const store = this.#openStore();
    return this.#reading(() => this.#forgetting.optOut(store, guildId)).finally(() => this.#reports.clear());
  }

  async optIn(guildId: string): Promise<void> {
    const store = this.#openStore();
    return this.#reading(() => this.#forgetting.optIn(store, guildId));
  }

  hasOptedOut(guildId: string): boolean {
    return this.#forgetting.hasOptedOut(guildId);
  }

  onAlert(listener: AlertListener): () => void {
    this.#alerts?.listeners.add(listener);
    return () => void this.#alerts?.listeners.delete(listener);
  }

  async claimNotice(kind: NoticeKind, name: string, seen: number): Promise<NoticeClaim> {
    const store = this.#openStore();
    return this.#reading(() => store.claimNotice({ dayBucket: this.#clock.today(), kind, name }, seen));
  }

  async settleNotice(notice: Notice): Promise<void> {
    const store = this.#openStore();
    return this.#reading(() => store.settleNotice(notice));
  }

  leave(guildId: string): void {
    this.#forgetting.leave(guildId);
  }

  join(guildId: string): void {
    this.#forgetting.join(guildId);
  }

  status(): TelemetryStatus {
    return readStatus({
      settings: this.#settings,
      session: this.#session,
      pipeline: this.#pipeline,
      maintenance: this.#maintenance,
      earlierLosses: this.#earlierLosses,
      metrics: this.#metrics,
      runs: this.runs
    });
  }

  close(): Promise<void> {
    const session = this.#session;
    if (session !== undefined) {
      this.#session = undefined;
      clearInterval(this.#checks);
      this.runs.interruptAll();
      const isResumed = (): boolean => this.#session !== undefined;
      const { released, closed } = closeWithin({ session, pipeline: this.#pipeline, log: this.#log, isResumed, disarm: this.#disarm });
      this.#released = released;
      this.#closing = closed;
    }
    return this.#closing;
  }

  #handTo(meter: Meter | undefined): void {
    if (meter !== undefined && meter !== this.#metrics?.meter)
      this.#metrics = new RunMetrics({ meter, log: this.#log, pipeline: this.#pipeline });
    this.#pipeline.lifecycles.onEnd = toEachRun(this.#metrics, this.#alerts);
  }

  /** What is done every minute. */
  #check(): void {
    this.runs.expire();
    this.#maintainIfWaiting();
    if (this.status().problem !== null) this.#pipeline.losses.shelveNew();
    const store = this.#session?.store;
    this.#alerts?.check(store);
    if (store === undefined) return;
    void this.#forgetting.check(store, this.#settings.privacyCommand !== undefined || this.#forgetting.isAny);
    void this.#maintenance.checkSaltAfterWrites(store, this.#pipeline.counters.written);
  }

  async #maintain(store: Store): Promise<void> {
    await this.#earlierLosses.handOver(store);
    await this.#forgetting.check(store, false);
    await this.#maintenance.run(store);
  }

  #maintainIfWaiting(): void {
    if (this.#maintenance.purgeWaits !== null) this.#session?.maintainNow();
  }

  async #readReport(request: ReportRequest): Promise<UsageReport> {
    // Right after the start the database may just be opening.
    if (this.#session?.problem === null) await withDeadline(this.#session.opened(), OPENING_MS);
    const store = this.#openStore();
    await withDeadline(this.flush(), REPORT_FLUSH_MS);
    await this.#earlierLosses.handOver(store);
    return this.#reading(() =>
      readReport(store, this.#clock.today(), {
        ...request,
        pieces: this.#listPieces(),
        retentionDays: this.#settings.retentionDays,
        lossesMayBeMissing: this.#earlierLosses.problem !== null
      })
    );
  }

  /** Reads pieces of the bot, which may throw at it. */
  #listPieces(): readonly PieceRun[] | undefined {
    try {
      return this.#pieces?.();
    } catch {
      this.#log.warn('pieces', 'Telemetry could not list the pieces of the bot: reports do not tell which of them are unused');
      return undefined;
    }
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
      if (error instanceof StoreError || error instanceof ClockError || error instanceof OtherSaltError)
        throw new TelemetryUnavailableError(error.message, { cause: error });
      throw error;
    }
  }
}
