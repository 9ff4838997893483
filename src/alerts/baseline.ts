import { addDays } from '../events/day.ts';
import { parseEventName } from '../schema/eventName.ts';
import type { Store } from '../store/store.ts';
import type { DayRuns } from './judgement.ts';

/** How many days before today are compared with. */
const DAYS = 7;

type CountedDay = { -readonly [Key in keyof DayRuns]: DayRuns[Key] };

/** How the last days went, by operation and provider. Denied runs are left out. */
export class Baseline {
  readonly #days = new Map<string, Map<string, CountedDay>>();

  /**
   * Reads the seven days before `today`, of which the database has rolled up most. The counts are not scaled up from sampling: the shares are the
   * same, and a sample tells no more than it holds.
   */
  static async read(store: Pick<Store, 'usage'>, today: string): Promise<Baseline> {
    const { counts } = await store.usage({ spans: [{ from: addDays(today, -DAYS), to: addDays(today, -1) }] });
    const baseline = new Baseline();
    for (const { day, eventName, provider, status, count } of counts) {
      const { operationName, action } = parseEventName(eventName);
      if (action !== 'invoke' && status !== 'denied')
        baseline.#add(keyOf(operationName, provider), { day, runs: count, failures: action === 'failure' ? count : 0 });
    }
    return baseline;
  }

  /** The days on which this operation ran at this provider, or at none. */
  daysOf(operationName: string, provider: string | null): readonly DayRuns[] {
    return [...(this.#days.get(keyOf(operationName, provider))?.values() ?? [])];
  }

  #add(key: string, { day, runs, failures }: DayRuns): void {
    const days = this.#days.get(key) ?? new Map<string, CountedDay>();
    this.#days.set(key, days);
    const counted = days.get(day);
    if (counted === undefined) return void days.set(day, { day, runs, failures });
    counted.runs += runs;
    counted.failures += failures;
  }
}

/** No name holds a space. */
function keyOf(operationName: string, provider: string | null): string {
  return `${operationName} ${provider ?? ''}`;
}
