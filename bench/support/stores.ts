import { systemClock, type Clock } from '../../src/events/clock.ts';
import { addDays } from '../../src/events/day.ts';
import type { Store } from '../../src/store/store.ts';
import { atEnd } from './cleanup.ts';
import { ours, type Plugin } from './plugin.ts';

/** The day of the newest events that a bench makes. */
export const TODAY = systemClock().today();
/** Days of events that a bench keeps, today included: the plugin's own default. */
const DAYS = 30;
export const ALL_DAYS: readonly string[] = Array.from({ length: DAYS }, (_, index) => addDays(TODAY, index - DAYS + 1));

/** It is the last minute of today. This day is full, and not rolled up yet; nor is the one before, on PostgreSQL. */
export const lateToday: Clock = {
  monotonicMs: () => performance.now(),
  nowMs: () => Date.parse(`${TODAY}T23:59:00Z`),
  today: () => TODAY
};
/** The newest day that is rolled up then. */
export const NEWEST_CLOSED_DAY = addDays(TODAY, -2);

/** Opens a store as a bot does, its tables made. */
export async function openStore(
  { databaseUrl, dataDir = '' }: { readonly databaseUrl?: string; readonly dataDir?: string },
  plugin: Pick<Plugin, 'openStore'> = ours
): Promise<Store> {
  const store = await plugin.openStore({ databaseUrl, dataDir }, { migrate: true, busyTimeoutMs: 0 }, lateToday);
  atEnd(() => store.close());
  return store;
}
