import type { TelemetryEvent } from '../../schema/eventFields.ts';

/** What repeats from event to event: the events of a batch are of a few kinds. */
type Kind = Omit<TelemetryEvent, 'id' | 'guildHash' | 'durationMs'>;

/**
 * Events on their way to another thread: a few long texts and numbers in buffers, which are moved instead of copied, in place of objects that
 * would be cloned one by one.
 */
export interface EventColumns {
  readonly kinds: readonly Kind[];
  /** The place of each event's kind. */
  readonly kind: Uint16Array;
  /** All ids, one after the other. */
  readonly ids: string;
  readonly guilds: readonly (string | null)[];
  /** The place of each event's guild. */
  readonly guild: Uint16Array;
  /** -1 for none. */
  readonly durations: Int32Array;
}

const ID_LENGTH = 36;
const NONE = -1;

/** Puts events into columns: at most 65,535 of them. */
export function toColumns(events: readonly TelemetryEvent[]): EventColumns {
  const kinds: Kind[] = [];
  const byName = new Map<string, number[]>();
  const guilds: (string | null)[] = [];
  const guildPlaces = new Map<string | null, number>();
  const kind = new Uint16Array(events.length);
  const guild = new Uint16Array(events.length);
  const durations = new Int32Array(events.length);
  let ids = '';
  for (let index = 0; index < events.length; index += 1) {
    const event = events[index] as TelemetryEvent;
    kind[index] = placeOf(event, kinds, byName);
    let place = guildPlaces.get(event.guildHash);
    if (place === undefined) {
      place = guilds.push(event.guildHash) - 1;
      guildPlaces.set(event.guildHash, place);
    }
    guild[index] = place;
    durations[index] = event.durationMs ?? NONE;
    ids += event.id;
  }
  return { kinds, kind, ids, guilds, guild, durations };
}

/** The buffers of `columns`, to be moved with them. */
export function buffersOf({ kind, guild, durations }: EventColumns): ArrayBuffer[] {
  return [kind, guild, durations].map(({ buffer }) => buffer as ArrayBuffer);
}

/** The events again. */
export function fromColumns({ kinds, kind, ids, guilds, guild, durations }: EventColumns): TelemetryEvent[] {
  return Array.from(kind, (place, index) => {
    const duration = durations[index] as number;
    return {
      ...(kinds[place] as Kind),
      id: ids.slice(index * ID_LENGTH, (index + 1) * ID_LENGTH),
      guildHash: guilds[guild[index] as number] ?? null,
      durationMs: duration === NONE ? null : duration
    };
  });
}

function placeOf(event: TelemetryEvent, kinds: Kind[], byName: Map<string, number[]>): number {
  const places = byName.get(event.eventName) ?? [];
  for (const place of places) if (isSameKind(kinds[place] as Kind, event)) return place;
  const { id: _id, guildHash: _guildHash, durationMs: _durationMs, ...kind } = event;
  const place = kinds.push(kind) - 1;
  byName.set(event.eventName, places);
  places.push(place);
  return place;
}

/** The name tells surface, feature and action. */
function isSameKind(a: Kind, b: Kind): boolean {
  return (
    a.provider === b.provider &&
    a.errorType === b.errorType &&
    a.status === b.status &&
    a.dayBucket === b.dayBucket &&
    a.sampleRate === b.sampleRate
  );
}
