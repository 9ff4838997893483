// The program of a process that stores a day of events at an even pace, as fast as it can: node dayOnDisk.ts <checkout> <folder> <events a batch>.
// Prints the bytes that it handed to the operating system. The two days before are there, and the oldest that is purged.
import { readFileSync } from 'node:fs';
import type { Clock } from '../../src/events/clock.ts';
import { addDays } from '../../src/events/day.ts';
import { EventIds } from '../../src/events/eventId.ts';
import type { TelemetryEvent } from '../../src/schema/eventFields.ts';
import { makeEvents } from './events.ts';
import { ROOT } from './folder.ts';
import { loadPlugin } from './plugin.ts';

const EVENTS_A_DAY = 86_400;
const FIRST = '2026-03-01';
const RETENTION_DAYS = 30;

const [checkout = '', folder = '', batchSize = ''] = process.argv.slice(2);
const plugin = await loadPlugin(checkout);
const ids = new EventIds();
let day = FIRST;
const clock: Clock = { monotonicMs: () => performance.now(), nowMs: () => Date.parse(`${day}T12:00:00Z`), today: () => day };
const store = await plugin.openStore({ databaseUrl: undefined, dataDir: folder }, { migrate: true, busyTimeoutMs: 0 }, clock);

/** Another checkout makes ids that share nothing. */
const withId = (event: TelemetryEvent): TelemetryEvent => (checkout === ROOT ? { ...event, id: ids.next(event.dayBucket) } : event);

async function write(size: number): Promise<void> {
  for (let written = 0; written < EVENTS_A_DAY; written += size) await store.write(makeEvents(day, size / 2).map(withId));
}

/** As Linux counts them. */
const written = (): number => Number(/^wchar: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);

for (day of [FIRST, addDays(FIRST, RETENTION_DAYS - 2), addDays(FIRST, RETENTION_DAYS - 1)]) await write(store.batchSize);
await store.rollUp();
day = addDays(FIRST, RETENTION_DAYS);
const before = written();
process.stderr.write('begin\n');
// Another checkout may take a day alone.
await store.purge((checkout === ROOT ? { through: FIRST, after: '9999-12-31' } : FIRST) as never);
await store.rollUp();
await write(Number(batchSize));
process.stderr.write('end\n');
process.stdout.write(JSON.stringify({ bytes: written() - before, events: EVENTS_A_DAY }));
await store.close();
