import { randomBytes, randomFillSync, randomInt } from 'node:crypto';

/*
 * An id is a UUID of version 4 (RFC 9562, section 5.4). Its first 48 bits are the same for the events of a segment, which one process records
 * one after another, so that their rows lie together in a database that keeps rows in the order of their key: it then writes a page for many
 * events instead of one for each. Segments begin with bits of their own, so their order tells nothing, and the other 74 bits of an id are its
 * own, so neither does the order within a segment.
 *
 * Two ids of one segment are the same with a probability of 2^-74, two of different segments with 2^-122: of a segment of 2,000 events, any two
 * by 2,000² / 2^75, which is 10^-16.
 */

/** How many events share a segment. A batch holds no more, so that its rows lie in two places at most. */
const SEGMENT_SIZE = 2_000;
const PREFIX_BYTES = 6;

/**
 * The bytes of an id that are its own: where the two digits of each stand in its text, and which of its bits are random. The others are the
 * version and the variant.
 */
const OWN_BYTES = [
  { place: 14, random: 0x0f, fixed: 0x40 },
  { place: 16, random: 0xff, fixed: 0 },
  { place: 19, random: 0x3f, fixed: 0x80 },
  ...[21, 24, 26, 28, 30, 32, 34].map((place) => ({ place, random: 0xff, fixed: 0 }))
] as const;
const LENGTH = 36;
/** The two digits of each byte. */
const DIGITS = Uint16Array.from({ length: 256 }, (_, byte) => Buffer.from(byte.toString(16).padStart(2, '0')).readUInt16BE());

/** All ids of a segment are made at once: one call for the random bytes and one for the text, which is most of what few of them cost. */
const bytes = Buffer.alloc(OWN_BYTES.length * SEGMENT_SIZE);
const text = Buffer.alloc(LENGTH * SEGMENT_SIZE);
const view = new DataView(text.buffer, text.byteOffset, text.length);

interface Segment {
  readonly day: string;
  /** `xxxxxxxx-xxxx-` */
  readonly prefix: string;
  /** How many events may still join it. */
  left: number;
  /** Ids of it that are made already, one after the other, and where the next one stands. */
  ready: string;
  next: number;
}

/** Makes the ids of one process. */
export class EventIds {
  #segment: Segment = newSegment('', 0);
  /** The last segment of the day before, for the ends of runs that began on it. */
  #before: Segment = newSegment('', 0);

  /** An id for an event of `day`. */
  next(day: string): string {
    const segment = this.#segmentOf(day);
    segment.left -= 1;
    if (segment.next === segment.ready.length) refill(segment);
    const start = segment.next;
    segment.next += LENGTH;
    return segment.ready.slice(start, segment.next);
  }

  #segmentOf(day: string): Segment {
    if (day === this.#segment.day) return this.#segment.left > 0 ? this.#segment : (this.#segment = newSegment(day, SEGMENT_SIZE));
    if (day === this.#before.day) return this.#before;
    this.#before = this.#segment;
    // Cut at random, so that a short segment does not mark where a day ended.
    this.#segment = newSegment(day, randomInt(1, SEGMENT_SIZE + 1));
    return this.#segment;
  }
}

function newSegment(day: string, size: number): Segment {
  const digits = randomBytes(PREFIX_BYTES).toString('hex');
  return { day, prefix: `${digits.slice(0, 8)}-${digits.slice(8)}-`, left: size, ready: '', next: 0 };
}

function refill(segment: Segment): void {
  const count = Math.max(segment.left + 1, 1);
  randomFillSync(bytes, 0, OWN_BYTES.length * count);
  text.fill(`${segment.prefix}....-....-............`, 0, LENGTH * count, 'latin1');
  for (const [index, { place, random, fixed }] of OWN_BYTES.entries()) {
    for (let id = 0; id < count; id += 1) {
      const byte = ((bytes[OWN_BYTES.length * id + index] as number) & random) | fixed;
      view.setUint16(LENGTH * id + place, DIGITS[byte] as number);
    }
  }
  segment.ready = text.toString('latin1', 0, LENGTH * count);
  segment.next = 0;
}
