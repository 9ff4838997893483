import { parseEventName, type EventNameParts } from '../schema/eventName.ts';
import type { EventCount } from '../store/store.ts';

/** Events that are alike in all that a report tells apart, and how many they are: each stored one counts as 1 / sample rate. */
export interface UsageRow extends EventNameParts, Pick<EventCount, 'day' | 'provider' | 'status' | 'errorType' | 'sampleRate'> {
  readonly weight: number;
}

export function toRows(counts: readonly EventCount[]): UsageRow[] {
  const names = new Map<string, EventNameParts>();
  return counts.map(({ day, eventName, provider, status, errorType, sampleRate, count }) => {
    const { operationName, surface, feature, operation, action } = names.get(eventName) ?? keep(names, eventName);
    const parts = { operationName, surface, feature, operation, action };
    return { day, ...parts, provider, status, errorType, sampleRate, weight: count / sampleRate };
  });
}

function keep(names: Map<string, EventNameParts>, eventName: string): EventNameParts {
  const parts = parseEventName(eventName);
  names.set(eventName, parts);
  return parts;
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
