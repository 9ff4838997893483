import { setTimeout as wait } from 'node:timers/promises';
import { withDeadline } from '../common/deadline.ts';
import type { ThrottledLogger } from '../logging/throttledLogger.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { StoreSession } from './storeSession.ts';

/** `client.destroy()` waits no longer than this. */
const CLOSE_MS = 3_000;
const RETRY_MS = 100;

interface CloseOptions {
  readonly session: StoreSession;
  readonly pipeline: Pipeline;
  readonly log: ThrottledLogger;
  /** Whether another session was started meanwhile: what is left is that one's to write. */
  readonly isResumed: () => boolean;
  /** What {@link saveAtExit} has returned. */
  readonly disarm: () => void;
}

/**
 * Bots end with `client.destroy(); process.exit()`, too, and wait for neither: what is left then is written where that is possible, and
 * counted for the next process where it is not. It changes nothing of how the process ends.
 * @returns what gives that up.
 */
export function saveAtExit(session: StoreSession, pipeline: Pipeline, interruptAll: () => void): () => void {
  const save = (): void => {
    interruptAll();
    pipeline.shelve((events) => session.store?.writeAtExit(events) ?? events);
  };
  process.once('exit', save);
  return () => process.off('exit', save);
}

/**
 * Writes the queue and closes the session. `closed` resolves after 3 seconds at the latest, `released`
 * once the database is let go of; neither rejects.
 */
export function closeWithin(options: CloseOptions): { readonly released: Promise<void>; readonly closed: Promise<void> } {
  options.session.abort();
  const released = release(options).catch(() => undefined);
  return { released, closed: close(options, released) };
}

async function close(options: CloseOptions, released: Promise<void>): Promise<void> {
  const { pipeline, log } = options;
  await withDeadline(released, CLOSE_MS);
  if (pipeline.queue.length > 0)
    log.error(
      'close',
      `Telemetry closes with ${pipeline.queue.length} events unwritten: its database did not answer. If the bot ends now, its next start counts ` +
        'them as lost'
    );
  keepCounts(options);
  void released.then(() => keepCounts(options));
}

/** The process may end at any moment now. */
function keepCounts({ pipeline, isResumed, disarm }: CloseOptions): void {
  if (isResumed()) return;
  if (!pipeline.isEmpty) return pipeline.shelve();
  pipeline.resume();
  disarm();
}

async function release({ session, pipeline }: CloseOptions): Promise<void> {
  await session.opened();
  const end = performance.now() + CLOSE_MS;
  // A database that is busy, or comes back in time, still gets what is queued.
  while (session.store !== undefined && !(await pipeline.flusher.flush()) && performance.now() < end) await wait(RETRY_MS);
  await pipeline.flusher.stop();
  await session.close();
}
