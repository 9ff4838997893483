import { parseEventName, type EventNameParts } from '../schema/eventName.ts';
import type { EventCount } from '../store/store.ts';

/** Events that are alike in all that a report tells apart, and how many they are: each stored one counts as 1 / sample rate. */
export interface UsageRow extends EventNameParts, Pick<EventCount, 'day' | 'provider' | 'status' | 'errorType' | 'sampleRate'> {
  readonly weight: number;
}

/** The rows of each day; in steps. */
export function* rowsByDay(counts: Iterable<EventCount>): Generator<void, ReadonlyMap<string, readonly UsageRow[]>> {
  const names = new EventNames();
  const days = new Map<string, UsageRow[]>();
  yield* inSlices(counts, ({ day, eventName, provider, status, errorType, sampleRate, count }) => {
    const { operationName, surface, feature, operation, action } = names.parse(eventName);
    const weight = count / sampleRate;
    const ofDay = days.get(day) ?? [];
    days.set(day, ofDay);
    ofDay.push({ day, operationName, surface, feature, operation, action, provider, status, errorType, sampleRate, weight });
  });
  return days;
}

/** Takes each row, and lets other work come between after so many as take about a millisecond. */
export function* inSlices<Row>(rows: Iterable<Row>, take: (row: Row) => void): Generator<void> {
  let left = SLICE;
  for (const row of rows) {
    take(row);
    left -= 1;
    if (left > 0) continue;
    left = SLICE;
    yield;
  }
}

const SLICE = 1_000;

/** Names of events, each taken apart once: there are many more rows than names. */
export class EventNames {
  readonly #known = new Map<string, EventNameParts>();

  parse(eventName: string): EventNameParts {
    const known = this.#known.get(eventName);
    if (known !== undefined) return known;
    const parts = parseEventName(eventName);
    this.#known.set(eventName, parts);
    return parts;
  }
}

/** How many events there are of each stage. */
export interface Tally {
  readonly invoke: number;
  readonly success: number;
  readonly failure: number;
}

export function tallyOf(rows: readonly UsageRow[]): Tally {
  // Added up in variables: V8 makes a new object of each number that is not whole and put into a property.
  let [invoke, success, failure] = [0, 0, 0];
  for (const { action, weight } of rows) {
    if (action === 'invoke') invoke += weight;
    else if (action === 'success') success += weight;
    else failure += weight;
  }
  return { invoke, success, failure };
}

/** Compares texts in the same way on every machine. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
