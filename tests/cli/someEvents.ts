import { addDays } from '../../src/events/day.ts';
import { systemClock } from '../../src/events/clock.ts';
import type { TelemetryEvent } from '../../src/schema/eventFields.ts';
import type { TestDatabase } from '../support/databases.ts';
import { seededRandom } from '../support/randomEvents.ts';
import { anEvent } from '../support/seedEvents.ts';

export const today = (): string => systemClock().today();
export const daysAgo = (days: number): string => addDays(today(), -days);

/** Two events of today, one of yesterday on racetime, and three that a retention of thirty days does not keep. */
export function someEvents(): TelemetryEvent[] {
  const random = seededRandom(12);
  const racetime = { surface: 'racetime', feature: 'rooms', eventName: 'racetime.rooms.open.success' } as const;
  return [
    anEvent(random, { dayBucket: today() }),
    anEvent(random, { dayBucket: today(), eventName: 'discord.generator.preset.invoke', action: 'invoke', durationMs: null }),
    anEvent(random, { dayBucket: daysAgo(1), ...racetime }),
    ...[30, 31, 400].map((days) => anEvent(random, { dayBucket: daysAgo(days) }))
  ];
}

/** How many events are stored. */
export async function countIn(database: TestDatabase): Promise<number> {
  const [row] = await database.sql('select count(*) as count from telemetry_events');
  return Number(row?.['count']);
}
