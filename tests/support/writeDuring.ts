import { setImmediate } from 'node:timers/promises';
import type { TelemetryEvent } from '../../src/schema/eventFields.ts';
import type { Store } from '../../src/store/store.ts';
import { writeEvents } from './seedEvents.ts';

/** Bounded, or a purge that takes what is to be kept would never come to an end. */
const MOST_EVENTS = 50_000;

/** Writes what `makeEvents` makes, again and again, for as long as `work` takes. Resolves to what came of it and to all that was written. */
export async function writeDuring<T>(
  store: Store,
  makeEvents: () => TelemetryEvent[],
  work: () => Promise<T>
): Promise<{ result: T; written: TelemetryEvent[] }> {
  const written: TelemetryEvent[] = [];
  const over = new AbortController();
  const write = async (): Promise<void> => {
    while (!over.signal.aborted && written.length < MOST_EVENTS) {
      const events = makeEvents();
      await writeEvents(store, events);
      written.push(...events);
      await setImmediate();
    }
  };
  const [result] = await Promise.all([work().finally(() => over.abort()), write()]);
  return { result, written };
}
