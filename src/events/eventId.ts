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

/** Ids are made so many at a time: one call for the random bytes and one for the text, which is all that they cost. */
const AT_A_TIME = 128;
const BYTES = 10;
const LENGTH = 22;
/** Where the two digits of each byte that is an id's own stand in `4xxx-xxxx-xxxxxxxxxxxx`; hyphens stand between. */
const PLACES = [0, 2, 5, 7, 10, 12, 14, 16, 18, 20] as const;
const DIGITS = Buffer.from('0123456789abcdef');

const bytes = Buffer.alloc(BYTES * AT_A_TIME);
const text = Buffer.alloc(LENGTH * AT_A_TIME, '-');
let ready = '';
let next = AT_A_TIME;

interface Segment {
  readonly day: string;
  /** `xxxxxxxx-xxxx-` */
  readonly prefix: string;
  left: number;
}

const NONE: Segment = { day: '', prefix: '', left: 0 };

/** Makes the ids of one process. */
export class EventIds {
  #segment = NONE;
  /** The last segment of the day before, for the ends of runs that began on it. */
  #before = NONE;

  /** An id for an event of `day`. */
  next(day: string): string {
    return this.#segmentOf(day).prefix + ownPart();
  }

  #segmentOf(day: string): Segment {
    if (day === this.#before.day) return this.#before;
    if (day !== this.#segment.day) {
      this.#before = this.#segment;
      // Cut at random, so that a short segment does not mark where a day ended.
      this.#segment = newSegment(day, randomInt(1, SEGMENT_SIZE + 1));
    } else if (this.#segment.left === 0) this.#segment = newSegment(day, SEGMENT_SIZE);
    this.#segment.left -= 1;
    return this.#segment;
  }
}

function newSegment(day: string, size: number): Segment {
  const digits = randomBytes(PREFIX_BYTES).toString('hex');
  return { day, prefix: `${digits.slice(0, 8)}-${digits.slice(8)}-`, left: size };
}

function ownPart(): string {
  if (next === AT_A_TIME) refill();
  const start = LENGTH * next;
  next += 1;
  return ready.slice(start, start + LENGTH);
}

function refill(): void {
  randomFillSync(bytes);
  for (let id = 0; id < AT_A_TIME; id += 1) {
    const from = BYTES * id;
    // The version, and the variant.
    bytes[from] = 0x40 | ((bytes[from] as number) & 0x0f);
    bytes[from + 2] = 0x80 | ((bytes[from + 2] as number) & 0x3f);
    for (let index = 0; index < BYTES; index += 1) {
      const byte = bytes[from + index] as number;
      const place = LENGTH * id + (PLACES[index] as number);
      text[place] = DIGITS[byte >> 4] as number;
      text[place + 1] = DIGITS[byte & 0x0f] as number;
    }
  }
  ready = text.toString('latin1');
  next = 0;
}
