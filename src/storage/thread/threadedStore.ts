// Over 200 lines: half of them hand each method of the store to the thread.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Settings } from '../../../config/settings.ts';
import { backoffMs } from '../../common/backoff.ts';
import { threadEnvironment } from '../../common/threadEnvironment.ts';
import type { Clock } from '../../events/clock.ts';
import type { Notice, OptOut, TelemetryLoss } from '../../schema/dictionary.ts';
import type { TelemetryEvent } from '../../schema/eventFields.ts';
import type {
  Audit,
  DatabaseClock,
  Deletion,
  LossCount,
  NoticeClaim,
  PurgedDays,
  Store,
  StoredTotals,
  Usage,
  UsageRange
} from '../../store/store.ts';
import { StoreError } from '../../store/storeError.ts';
import { buffersOf, toColumns } from './eventColumns.ts';
import { fromUsageColumns } from './usageColumns.ts';
import { PENDING, WRITTEN, type Answer, type Call, type ThreadData } from './protocol.ts';

/** This file. A bundle has no `import.meta.url` if esbuild made it for CommonJS. */
const FILE = typeof __filename === 'string' ? __filename : fileURLToPath(import.meta.url);
/** The program of the thread: a file beside this one, in every build. A bundle may lack it. */
const PROGRAM = join(dirname(FILE), `storeThread${extname(FILE)}`);
/** Enough for a report of a million events. */
const LIMITS = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 96 };
/** What an `exit` of the process waits for the last events. */
const EXIT_MS = 500;

interface Waiting {
  readonly resolve: (result: never) => void;
  readonly reject: (error: StoreError) => void;
}

interface ThreadedStoreOptions {
  readonly settings: Pick<Settings, 'dataDir'>;
  readonly migrate: boolean;
  readonly clock: Clock;
  /** Of the salt that the hashes are made with. */
  readonly saltFingerprint: string | undefined;
  /** Called when the thread ends without being told to. */
  readonly onLost: () => void;
}

/** Whether the program of the thread is where it belongs. */
export function hasThread(): boolean {
  return existsSync(PROGRAM);
}

/** With Yarn's Plug'n'Play no package is found, nor this one's files, where its own hooks are not loaded first. */
function hooksOfYarn(): string[] {
  if (process.versions['pnp'] === undefined) return [];
  const hook = createRequire(FILE).resolve('pnpapi');
  const loader = join(dirname(hook), '.pnp.loader.mjs');
  return ['--require', hook, ...(existsSync(loader) ? ['--experimental-loader', pathToFileURL(loader).href] : [])];
}

/** An SQLite store in a thread of its own. A thread that dies is started anew by the next call, and keeps no process alive. */
export class ThreadedStore implements Store {
  description: string;
  readonly safety = 'local';
  readonly batchSize = 1_000;
  restarts = 0;
  readonly #options: ThreadedStoreOptions;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #opening: Promise<void> | undefined;
  #lastId = 0;
  #notBeforeMs = 0;
  #isOpen = false;
  #isClosed = false;
  /** Why the program of the thread did not load. */
  #loadError: unknown;

  /**
   * Starts the thread and opens the database in it.
   * @throws {StoreError} when it can't be opened; the error of the thread, where its modules do not load.
   */
  static async open(options: ThreadedStoreOptions): Promise<ThreadedStore> {
    const store = new ThreadedStore(options);
    try {
      await store.#open();
      store.#isOpen = true;
      return store;
    } catch (error) {
      await store.close();
      throw store.#loadError ?? error;
    }
  }

  private constructor(options: ThreadedStoreOptions) {
    this.#options = options;
    this.description = `SQLite in ${join(options.settings.dataDir, 'telemetry.db')}`;
  }

  async write(events: readonly TelemetryEvent[]): Promise<void> {
    await this.#ready();
    const columns = toColumns(events);
    return this.#call('write', [columns], buffersOf(columns));
  }

  writeAtExit(events: readonly TelemetryEvent[]): readonly TelemetryEvent[] {
    if (this.#worker === undefined) return events;
    const batches = Array.from({ length: Math.ceil(events.length / this.batchSize) }, (_, at) => {
      const batch = events.slice(at * this.batchSize, (at + 1) * this.batchSize);
      const done = new Int32Array(new SharedArrayBuffer(4));
      this.#post({ id: 0, method: 'write', args: [toColumns(batch)], nowMs: this.#options.clock.nowMs(), done });
      return { batch, done };
    });
    const end = performance.now() + EXIT_MS;
    return batches.flatMap(({ batch, done }) => {
      Atomics.wait(done, 0, PENDING, Math.max(0, end - performance.now()));
      return Atomics.load(done, 0) === WRITTEN ? [] : batch;
    });
  }

  writeLosses(losses: readonly TelemetryLoss[]): Promise<void> {
    return this.#ask('writeLosses', losses);
  }

  async usage(range: UsageRange): Promise<Usage> {
    return fromUsageColumns(await this.#ask('usage', range));
  }

  losses(from: string): Promise<LossCount[]> {
    return this.#ask('losses', from);
  }

  clock(): Promise<DatabaseClock> {
    return this.#ask('clock');
  }

  totals(days?: PurgedDays): Promise<StoredTotals> {
    return this.#ask('totals', days);
  }

  rollUp(): Promise<number> {
    return this.#ask('rollUp');
  }

  purge(days?: PurgedDays): Promise<Deletion> {
    return this.#ask('purge', days);
  }

  eraseGuilds(guildHashes: readonly string[]): Promise<Deletion> {
    return this.#ask('eraseGuilds', guildHashes);
  }

  optOuts(): Promise<OptOut[]> {
    return this.#ask('optOuts');
  }

  addOptOuts(optOuts: readonly OptOut[]): Promise<void> {
    return this.#ask('addOptOuts', optOuts);
  }

  removeOptOuts(guildHashes: readonly string[]): Promise<void> {
    return this.#ask('removeOptOuts', guildHashes);
  }

  claimNotice(notice: Notice, seen?: number): Promise<NoticeClaim> {
    return this.#ask('claimNotice', notice, seen);
  }

  settleNotice(notice: Notice): Promise<void> {
    return this.#ask('settleNotice', notice);
  }

  standingAlerts(today: string): Promise<string[]> {
    return this.#ask('standingAlerts', today);
  }

  saltFingerprints(): Promise<string[]> {
    return this.#ask('saltFingerprints');
  }

  audit(retentionDays: number): Promise<Audit> {
    return this.#ask('audit', retentionDays);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const worker = this.#worker;
    if (worker === undefined) return;
    await this.#call('close', []).catch(() => undefined);
    await worker.terminate();
  }

  async #ask<T>(method: Call['method'], ...args: readonly unknown[]): Promise<T> {
    await this.#ready();
    return this.#call(method, args);
  }

  /** Resolves once there is a thread whose database is open. */
  async #ready(): Promise<void> {
    if (this.#isClosed) throw new StoreError('unavailable', 'the database of telemetry is closed');
    if (this.#worker !== undefined) return this.#opening;
    if (performance.now() < this.#notBeforeMs)
      throw new StoreError('unavailable', 'the thread of SQLite has ended and is started anew in a moment');
    this.restarts += 1;
    return this.#open();
  }

  #open(): Promise<void> {
    const { settings, migrate, saltFingerprint } = this.#options;
    const worker = new Worker(PROGRAM, {
      name: 'telemetry',
      workerData: { settings: { dataDir: settings.dataDir }, migrate, saltFingerprint } satisfies ThreadData,
      // Nothing of the bot is run again in the thread: no preload, and no variable that MikroORM or Node would read.
      execArgv: hooksOfYarn(),
      env: threadEnvironment(),
      resourceLimits: LIMITS
    });
    worker.unref();
    worker.on('message', (answer: Answer) => this.#settle(answer));
    // Without a listener an error of the thread would be the bot's.
    worker.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ERR_WORKER_OUT_OF_MEMORY') this.#loadError = error;
      this.#forget(worker);
    });
    worker.on('exit', () => this.#forget(worker));
    this.#worker = worker;
    this.#opening = this.#call<string>('open', []).then((description) => void (this.description = description));
    return this.#opening;
  }

  #call<T>(method: Call['method'], args: readonly unknown[], moved: ArrayBuffer[] = []): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#lastId += 1;
      this.#waiting.set(this.#lastId, { resolve, reject });
      // While an answer is due, the process does not end by itself.
      this.#worker?.ref();
      this.#post({ id: this.#lastId, method, args, nowMs: this.#options.clock.nowMs() }, moved);
    });
  }

  #post(call: Call, moved: ArrayBuffer[] = []): void {
    this.#worker?.postMessage(call, moved);
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    if (waiting === undefined) return;
    this.#waiting.delete(answer.id);
    if (this.#waiting.size === 0) this.#worker?.unref();
    if ('error' in answer) waiting.reject(new StoreError(answer.error.kind, answer.error.message));
    else waiting.resolve(answer.result as never);
  }

  /** What was asked is not known to be done, and is asked again by whoever waits for it. */
  #forget(worker: Worker): void {
    if (this.#worker !== worker) return;
    if (this.#isOpen && !this.#isClosed) this.#options.onLost();
    this.#worker = undefined;
    this.#opening = undefined;
    this.#notBeforeMs = performance.now() + backoffMs(this.restarts + 1);
    for (const { reject } of this.#waiting.values())
      reject(
        new StoreError('unavailable', 'the thread of SQLite ended: it is started anew, and what it had not acknowledged is written again')
      );
    this.#waiting.clear();
  }
}
