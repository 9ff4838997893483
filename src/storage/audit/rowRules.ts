import { isDay } from '../../events/day.ts';
import { ERROR_TYPES, isErrorType } from '../../events/errorTypes.ts';
import { parseEventName } from '../../schema/eventName.ts';
import type { Field } from '../../schema/field.ts';
import { EVENT_NAME } from '../../schema/patterns.ts';

type Text = string | null | undefined;

/** Whether a value, as text, is one that the data dictionary allows. In a key an empty text stands for none. */
export function fits({ type, column, nullable, values, pattern, range, maxLength = Infinity }: Field, text: Text, inKey: boolean): boolean {
  if (text === null || text === undefined) return nullable;
  if (text === '' && inKey && (column === 'provider' || column === 'error_type')) return true;
  if (type === 'day') return isDay(text);
  // A rate of nothing is never stored.
  if (type === 'real') return Number(text) > 0 && Number(text) <= (range?.[1] ?? Infinity);
  if (values !== undefined) return values.includes(text);
  return text.length <= maxLength && (pattern?.test(text) ?? true);
}

/** Rows that are alike in some columns, each as text. Of another column `x`, `x_set` says in how many of them it is not empty. */
export type Group = Readonly<Record<string, Text>>;

/** Where the columns of a group contradict each other, and in how many rows. Without an event name nothing does. */
export function contradictions(group: Group): (readonly [place: string, rows: number])[] {
  const { event_name: name, status } = group;
  if (typeof name !== 'string' || !EVENT_NAME.test(name)) return [];
  const rows = Number(group['rows']);
  const parts = parseEventName(name);
  const timed = parts.action !== 'invoke';
  return [
    ...(['surface', 'feature', 'action'] as const)
      .filter((column) => group[column] !== undefined && group[column] !== parts[column])
      .map((column) => [`${column} is not that of the event name`, rows] as const),
    ...(timed ? [] : [[NO_DURATION, Number(group['duration_ms_set'] ?? (group['buckets'] === undefined ? 0 : rows))] as const]),
    ...(status === undefined || endsAs(parts.action, status, group['error_type'] || null)
      ? []
      : [['status does not fit the action and the error type', rows] as const])
  ];
}

const NO_DURATION = 'event_name is that of a stage without a duration, but there is one';

/** Whether a stage may have this status and error type. Of a denial the bot says what it lacked, by any type. */
function endsAs(action: string, status: string | null, errorType: string | null): boolean {
  if (action !== 'failure') return status === 'ok' && errorType === null;
  if (errorType === null) return false;
  return status === 'denied' || status === (isErrorType(errorType) ? ERROR_TYPES[errorType] : 'error');
}
