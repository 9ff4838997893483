import { StoreError } from '../../store/storeError.ts';

// SQLite's primary result codes.
/** TOOBIG, CONSTRAINT, MISMATCH */
const REFUSALS = new Set([18, 19, 20]);
/** BUSY and LOCKED; ERROR, too, is what a process gets that makes a table which another made a moment ago. */
const BUSY = new Set([1, 5, 6]);

const UNWRITABLE = ' (see that the bot may write to the folder TELEMETRY_DATA_DIR)';
const FULL = 13;
/** SQLITE_IOERR_SHMSIZE: the file that processes share could not be made. */
const NO_ROOM_FOR_SHM = 4874;
const DISK_FULL = ' (the disk is full)';
const REMEDIES: Readonly<Record<string, string>> = {
  5: ' (another process writes to the file; several shards need PostgreSQL: set TELEMETRY_DATABASE_URL)',
  8: UNWRITABLE,
  10: UNWRITABLE,
  11: ' (the file is damaged: move it away and let a new one be made)',
  14: UNWRITABLE,
  26: ' (the file is no database: move it away and let a new one be made)',
  EACCES: UNWRITABLE,
  EPERM: UNWRITABLE,
  EROFS: UNWRITABLE,
  ENOTDIR: UNWRITABLE,
  EEXIST: UNWRITABLE,
  ENOENT: UNWRITABLE
};

/** What an error of the driver means. Its message can name values, so only its codes are told. */
export function toStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const { errcode, code, errstr } = Object(error) as { errcode?: unknown; code?: unknown; errstr?: unknown };
  if (typeof errcode === 'number') {
    // The low byte is the primary result code; `errstr` is SQLite's fixed text for it, unlike the message, which can name values.
    const primary = errcode % 256;
    const text = `SQLite ${errcode} (${String(errstr)})`;
    if (REFUSALS.has(primary)) return new StoreError('refused', text);
    if (primary === FULL || errcode === NO_ROOM_FOR_SHM) return new StoreError('full', `${text}${DISK_FULL}`);
    return new StoreError(BUSY.has(primary) ? 'busy' : 'unavailable', `${text}${REMEDIES[primary] ?? ''}`);
  }
  if (code === 'ENOSPC') return new StoreError('full', `SQLite ENOSPC${DISK_FULL}`);
  return new StoreError('unavailable', `SQLite ${typeof code === 'string' ? code : 'failed'}${REMEDIES[String(code)] ?? ''}`);
}
