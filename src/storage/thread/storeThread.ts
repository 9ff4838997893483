/** The thread that holds MikroORM and SQLite, so that no statement ever holds the bot's. It answers calls of a {@link Store}'s methods. */
import { parentPort, workerData } from 'node:worker_threads';
import { utcDay } from '../../events/day.ts';
import type { Store, UsageRange } from '../../store/store.ts';
import { StoreError } from '../../store/storeError.ts';
import { openStore } from '../openStore.ts';
import { fromColumns, type EventColumns } from './eventColumns.ts';
import { toUsageColumns } from './usageColumns.ts';
import { NOT_WRITTEN, WRITTEN, type Answer, type Call, type ThreadData } from './protocol.ts';

/** Other calls wait meanwhile; what is still in the way then is tried again later. */
const BUSY_TIMEOUT_MS = 250;

let nowMs = 0;
let store: Store | undefined;

async function answer({ id, method, args, done }: Call): Promise<Answer> {
  let outcome = NOT_WRITTEN;
  try {
    const result = await perform(method, args);
    outcome = WRITTEN;
    return { id, result };
  } catch (error) {
    const { kind, message } = error instanceof StoreError ? error : new StoreError('unavailable', 'SQLite met an unexpected error');
    return { id, error: { kind, message } };
  } finally {
    if (done !== undefined) {
      Atomics.store(done, 0, outcome);
      Atomics.notify(done, 0);
    }
  }
}

async function perform(method: Call['method'], args: readonly unknown[]): Promise<unknown> {
  if (method === 'open') {
    const { settings, migrate, saltFingerprint } = workerData as ThreadData;
    const clock = { nowMs: () => nowMs, today: () => utcDay(nowMs), monotonicMs: () => performance.now() };
    store = await openStore({ ...settings, databaseUrl: undefined }, { migrate, busyTimeoutMs: BUSY_TIMEOUT_MS, saltFingerprint }, clock);
    return store.description;
  }
  if (store === undefined) throw new StoreError('unavailable', 'SQLite is not open');
  if (method === 'write') return store.write(fromColumns(args[0] as EventColumns));
  if (method === 'usage') return toUsageColumns(await store.usage(args[0] as UsageRange));
  return (store[method] as (...all: readonly unknown[]) => Promise<unknown>)(...args);
}

parentPort?.on('message', (call: Call) => {
  ({ nowMs } = call);
  void answer(call).then((one) => parentPort?.postMessage(one));
});
