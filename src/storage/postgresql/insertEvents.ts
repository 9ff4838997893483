import { tables, type TelemetrySalt } from '../../schema/dictionary.ts';
import { eventFields, type TelemetryEvent } from '../../schema/eventFields.ts';
import type { Field } from '../../schema/field.ts';

/** What PostgreSQL calls the types of the dictionary. */
export const COLUMN_TYPES = { day: 'date', uuid: 'uuid', text: 'text', integer: 'integer', real: 'double precision' } as const;

type Key = keyof TelemetryEvent;

/** What differs from event to event. All else repeats: the events of a batch are of a few kinds. */
const OWN_KEYS: readonly Key[] = ['id', 'guildHash', 'durationMs'];
const KEYS = Object.keys(eventFields) as readonly Key[];
const KIND_KEYS = KEYS.filter((key) => !OWN_KEYS.includes(key));

/**
 * The INSERT into the tables of a schema: one statement for any number of events and the salts of their hashes, always the same text, with one
 * bound array for each column. The kinds are sent once each and joined to their events by number: that spares this thread the writing and the
 * server the reading of the same names a thousand times. They are written in the order of their key, since a row's place in the table would tell
 * which event came before which.
 */
export function insertIntoEvents(schema: string): string {
  return `with salts as (insert into "${schema}"."${tables.salts.name}" (day_bucket, fingerprint)
    select * from unnest($1::date[], $2::text[]) on conflict do nothing)
  insert into "${schema}"."${tables.events.name}" (${columns(KEYS)})
  select ${columns(KEYS)}
  from unnest($3::integer[], ${parameters(OWN_KEYS, 4)}) as event (kind, ${columns(OWN_KEYS)})
  join unnest(${parameters(KIND_KEYS, 4 + OWN_KEYS.length)}) with ordinality as kind (${columns(KIND_KEYS)}, kind) using (kind)
  order by day_bucket, id`;
}

/** The parameters of {@link insertIntoEvents}: arrays in PostgreSQL's text form, which costs far less than the driver's own conversion. */
export function insertParameters(events: readonly TelemetryEvent[], salts: readonly TelemetrySalt[]): string[] {
  const kinds: TelemetryEvent[] = [];
  const byName = new Map<string, number[]>();
  // Texts that grow: joining arrays of as many texts takes twice as long.
  let [numbers, ids, guildHashes, durations] = ['', '', '', ''];
  for (const event of events) {
    numbers += `,${kindOf(event, kinds, byName)}`;
    ids += `,${event.id}`;
    guildHashes += `,${quoted(event.guildHash)}`;
    durations += `,${event.durationMs ?? 'NULL'}`;
  }
  return [
    `{${salts.map(({ dayBucket }) => dayBucket).join()}}`,
    `{${salts.map(({ fingerprint }) => fingerprint).join()}}`,
    ...[numbers, ids, guildHashes, durations].map((items) => `{${items.slice(1)}}`),
    ...KIND_KEYS.map((key) => quotedArray(kinds, key))
  ];
}

/** The number of the event's kind, from 1, which is added to `kinds` where it is new. */
function kindOf(event: TelemetryEvent, kinds: TelemetryEvent[], byName: Map<string, number[]>): number {
  const numbers = byName.get(event.eventName) ?? [];
  for (const number of numbers) if (isSameKind(kinds[number - 1], event)) return number;
  const number = kinds.push(event);
  byName.set(event.eventName, numbers);
  numbers.push(number);
  return number;
}

/** Field by field, since a loop over the names takes ten times as long. */
function isSameKind(a: TelemetryEvent | undefined, b: TelemetryEvent): boolean {
  return (
    a !== undefined &&
    a.eventName === b.eventName &&
    a.provider === b.provider &&
    a.errorType === b.errorType &&
    a.status === b.status &&
    a.dayBucket === b.dayBucket &&
    a.sampleRate === b.sampleRate &&
    a.action === b.action &&
    a.surface === b.surface &&
    a.feature === b.feature
  );
}

function quotedArray(kinds: readonly TelemetryEvent[], key: Key): string {
  const items = kinds.map((kind) => {
    const value = kind[key];
    return typeof value === 'number' ? value : quoted(value);
  });
  return `{${items.join()}}`;
}

/**
 * Every text but the id is quoted, or `null` would be NULL. No pattern allows what needs escaping: looking first spares nearly every text
 * the cost of replacing.
 */
function quoted(value: string | null): string {
  if (value === null) return 'NULL';
  return `"${NEEDS_ESCAPE.test(value) ? value.replaceAll(/["\\]/g, String.raw`\$&`) : value}"`;
}

const NEEDS_ESCAPE = /["\\]/;

function columns(keys: readonly Key[]): string {
  return keys.map((key) => eventFields[key].column).join(', ');
}

function parameters(keys: readonly Key[], first: number): string {
  return keys.map((key, index) => `$${first + index}::${COLUMN_TYPES[(eventFields[key] as Field).type]}[]`).join(', ');
}
