import { addDays, daysDownFrom } from '../../src/events/day.ts';
import type { TestDatabase } from '../support/databases.ts';
import { anEvent, openTestStore, writeEvents } from '../support/seedEvents.ts';

export const PROVIDER = 'alttpr';

interface BaselineDays {
  readonly operation?: string;
  readonly provider?: string | null;
  /** On each day. */
  readonly runs?: number;
  readonly failures?: number;
}

/** Seven days before `today` on which the operation ran `runs` times each, at the provider, and failed so often. */
export async function seedBaseline(
  database: TestDatabase,
  today: string,
  { operation = 'discord.seeds.roll', provider = PROVIDER, runs = 100, failures = 2 }: BaselineDays = {}
): Promise<void> {
  const [, feature = ''] = operation.split('.');
  const events = daysDownFrom(addDays(today, -1), addDays(today, -7)).flatMap((dayBucket) =>
    Array.from({ length: runs }, (_, run) => {
      const action = run < failures ? 'failure' : 'success';
      const end = action === 'failure' ? ({ status: 'error', errorType: 'provider_error' } as const) : {};
      return anEvent(Math.random, { dayBucket, provider, feature, eventName: `${operation}.${action}`, action, ...end });
    })
  );
  await writeEvents(await openTestStore(database, today), events);
}
