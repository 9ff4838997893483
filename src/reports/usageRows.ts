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
    const parts = { operationName, surface, feature, operation, action };
    const ofDay = days.get(day) ?? [];
    days.set(day, ofDay);
    ofDay.push({ day, ...parts, provider, status, errorType, sampleRate, weight: count / sampleRate });
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
  const tally = { invoke: 0, success: 0, failure: 0 };
  for (const { action, weight } of rows) tally[action] += weight;
  return tally;
}

/** Compares texts in the same way on every machine. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
