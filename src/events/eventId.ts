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

/** Ids are made so many at a time: one call for the random bytes and one for the text, which is most of what they cost. */
const AT_A_TIME = 512;
const OWN_BYTES = 10;
const LENGTH = 36;
/** Where the two digits of each byte that is an id's own stand in its text. */
const PLACES = [14, 16, 19, 21, 24, 26, 28, 30, 32, 34] as const;
/** The two digits of each byte. */
const DIGITS = Uint16Array.from({ length: 256 }, (_, byte) => Buffer.from(byte.toString(16).padStart(2, '0')).readUInt16BE());

const bytes = Buffer.alloc(OWN_BYTES * AT_A_TIME);
const text = Buffer.alloc(LENGTH * AT_A_TIME);
const view = new DataView(text.buffer, text.byteOffset, text.length);
/** The prefix that stands in `text`: it is written anew only with the next segment. */
let written = '';

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
  const count = Math.min(AT_A_TIME, Math.max(segment.left + 1, 1));
  randomFillSync(bytes, 0, OWN_BYTES * count);
  if (segment.prefix !== written) {
    text.fill(`${segment.prefix}....-....-............`, 'latin1');
    written = segment.prefix;
  }
  for (let id = 0; id < count; id += 1) {
    const from = OWN_BYTES * id;
    const to = LENGTH * id;
    // The version, and the variant.
    bytes[from] = 0x40 | ((bytes[from] as number) & 0x0f);
    bytes[from + 2] = 0x80 | ((bytes[from + 2] as number) & 0x3f);
    for (let index = 0; index < OWN_BYTES; index += 1)
      view.setUint16(to + (PLACES[index] as number), DIGITS[bytes[from + index] as number] as number);
  }
  segment.ready = text.toString('latin1', 0, LENGTH * count);
  segment.next = 0;
}
