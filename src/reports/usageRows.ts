import type { Action } from '../schema/closedLists.ts';
import { parseEventName, type EventNameParts } from '../schema/eventName.ts';
import type { EventCount } from '../store/store.ts';

/** Events that are alike in all that a report tells apart, and how many they are: each stored one counts as 1 / sample rate. */
export interface UsageRow extends EventNameParts, Pick<EventCount, 'day' | 'provider' | 'status' | 'errorType' | 'sampleRate'> {
  readonly weight: number;
}

export function toRows(counts: readonly EventCount[]): UsageRow[] {
  const names = new Map<string, EventNameParts>();
  return counts.map(({ eventName, count, ...row }) => {
    const parts = names.get(eventName) ?? parseEventName(eventName);
    names.set(eventName, parts);
    return { ...row, ...parts, weight: count / row.sampleRate };
  });
}

/** How many events there are, or those of one stage. */
export function weigh(rows: readonly UsageRow[], action?: Action): number {
  let sum = 0;
  for (const row of rows) if (action === undefined || row.action === action) sum += row.weight;
  return sum;
}

/** Compares texts in the same way on every machine. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
