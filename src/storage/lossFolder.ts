import { createHash, randomBytes } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { parsePostgresUrl } from '../../config/postgresUrl.ts';
import type { Settings } from '../../config/settings.ts';
import type { TelemetryLoss } from '../schema/dictionary.ts';
import { lossFileText, MAX_LOSS_FILE_BYTES, parseLossFile } from '../schema/lossFile.ts';
import type { LossShelf } from '../store/lossShelf.ts';
import type { Audit, Store } from '../store/store.ts';
import { reasonOf } from '../store/storeError.ts';

/** The database, a random number, and whether the file was claimed. */
const FILE = /^losses-[0-9a-f]{12}-[0-9a-f]{12}(?:\.claimed)?\.json$/;
/** No link is followed, and no pipe waited for. Windows knows neither. */
const READ = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

const NOT_OURS = 'this process may not rename what another one has left in TELEMETRY_DATA_DIR';
const UNREADABLE = 'the folder TELEMETRY_DATA_DIR can not be read';
const UNWRITABLE = 'the folder TELEMETRY_DATA_DIR can not be written, so that losses which no database takes end with their process';

/**
 * The counts of lost events in the data folder, a small file a process. A file belongs to the process that wrote it until it is deleted, by its
 * process, or renamed, by one that claims it: only one of the two can be. A claimed file never changes, so that any number of processes may
 * write its rows, each of which has an id.
 */
export class LossFolder implements LossShelf {
  readonly #folder: string;
  /** Tells files of this database from those of others that share the folder. */
  readonly #mark: string;
  #own: string | undefined;

  constructor({ dataDir, databaseUrl }: Pick<Settings, 'dataDir' | 'databaseUrl'>) {
    this.#folder = resolve(dataDir);
    this.#mark = createHash('sha256').update(placeOf(databaseUrl)).digest('hex').slice(0, 12);
  }

  put(losses: readonly TelemetryLoss[]): void {
    if (losses.length === 0) return;
    const path = join(this.#folder, `losses-${this.#mark}-${randomBytes(6).toString('hex')}`);
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      writeFileSync(`${path}.tmp`, lossFileText(losses), { mode: 0o600, flag: 'wx' });
      renameSync(`${path}.tmp`, `${path}.json`);
      this.#own = `${path}.json`;
    } catch {
      // That the folder can't be written is told at start.
      tried(() => unlinkSync(`${path}.tmp`));
    }
  }

  takeBack(): boolean {
    const own = this.#own;
    this.#own = undefined;
    return own === undefined || tried(() => unlinkSync(own));
  }

  /**
   * Hands to the store what ended processes have left here, each count once however often it is tried. Never rejects.
   * @returns why not all of it; `null` where nothing is left.
   */
  async handOver(store: Pick<Store, 'writeLosses'>): Promise<string | null> {
    let problem = existsSync(this.#folder) && !tried(() => readdirSync(this.#folder)) ? UNREADABLE : null;
    for (const path of this.#paths()) {
      if (path !== this.#own && path.includes(`losses-${this.#mark}-`)) problem = (await this.#handOverOne(path, store)) ?? problem;
    }
    return problem;
  }

  /** Why no file can be left here; `null` where one can. A folder that is not there yet is made when it is needed. */
  get writeProblem(): string | null {
    let folder = this.#folder;
    while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
    return tried(() => accessSync(folder, constants.W_OK | constants.X_OK)) ? null : UNWRITABLE;
  }

  /** Looks whether the files of lost events, of whatever database, hold such counts and nothing else. */
  audit(): Audit {
    const paths = this.#paths();
    const damaged = paths.filter((path) => read(path) === undefined);
    return {
      checked: paths.length === 0 ? [] : [`TELEMETRY_DATA_DIR: ${paths.length} files of lost events, every day, reason and count`],
      findings: damaged.length === 0 ? [] : [unreadable(damaged)]
    };
  }

  async #handOverOne(path: string, store: Pick<Store, 'writeLosses'>): Promise<string | null> {
    const claimed = path.replace(/(\.claimed)?\.json$/, '.claimed.json');
    // Where it is gone, its own process has taken it back, or another one has claimed it a moment ago.
    if (path !== claimed && !tried(() => renameSync(path, claimed))) return existsSync(path) ? `${NOT_OURS}: ${basename(path)}` : null;
    const losses = read(claimed);
    if (losses === undefined) return existsSync(claimed) ? unreadable([claimed]) : null;
    try {
      if (losses.length > 0) await store.writeLosses(losses);
    } catch (error) {
      return `the database did not take them: ${reasonOf(error)}`;
    }
    tried(() => unlinkSync(claimed));
    return null;
  }

  #paths(): string[] {
    try {
      const names = readdirSync(this.#folder).filter((name) => FILE.test(name));
      return names.map((name) => join(this.#folder, name));
    } catch {
      return [];
    }
  }
}

/** Where the events are, without who may write them. */
function placeOf(databaseUrl: string | undefined): string {
  if (databaseUrl === undefined) return 'SQLite';
  const { hosts, database, schema } = parsePostgresUrl(databaseUrl);
  return `${hosts.map(({ host, port }) => `${host}:${port}`).join()}/${database}?${schema}`;
}

/** The counts in a file; `undefined` where it holds anything else, or is none. */
function read(path: string): readonly TelemetryLoss[] | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, READ);
    const stat = fstatSync(file);
    return stat.isFile() && stat.size <= MAX_LOSS_FILE_BYTES ? parseLossFile(readFileSync(file, 'utf8')) : undefined;
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** The names were checked: whoever made them, they hold nothing but a number. */
function unreadable(paths: readonly string[]): string {
  return `TELEMETRY_DATA_DIR holds what is no count of lost events; see what it is, and delete it: ${paths.map((path) => basename(path)).join(', ')}`;
}

function tried(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
