import { BUCKETS } from '../../events/durationBuckets.ts';
import type { SpanUsage, Usage } from '../../store/store.ts';

/** The fields of rows, row after row; a text is a place in the list of texts. */
type Cells = Float64Array<ArrayBuffer>;

const COUNT_FIELDS = 7;
/** The name, the rate and the buckets. */
const DURATION_FIELDS = 2 + BUCKETS;

/**
 * What is read for a report, on its way from the thread: each text once and all else in buffers, in place of tens of thousands of objects that would
 * be cloned in one go on the bot's thread.
 */
export interface UsageColumns {
  readonly texts: readonly (string | null)[];
  readonly counts: Cells;
  readonly spans: readonly (Omit<SpanUsage, 'durations'> & { readonly durations: Cells })[];
  readonly rest: Omit<Usage, 'counts' | 'spans'>;
}

export function toUsageColumns({ counts, spans, ...rest }: Usage): UsageColumns {
  const places = new Map<string | null, number>();
  const place = (text: string | null): number => {
    const known = places.get(text) ?? places.size;
    places.set(text, known);
    return known;
  };
  const countCells: number[] = [];
  for (const { day, eventName, provider, status, errorType, sampleRate, count } of counts)
    countCells.push(place(day), place(eventName), place(provider), place(status), place(errorType), sampleRate, count);
  const ofSpans = spans.map(({ durations, ...span }) => {
    const cells: number[] = [];
    for (const { eventName, sampleRate, buckets } of durations) cells.push(place(eventName), sampleRate, ...buckets);
    return { ...span, durations: Float64Array.from(cells) };
  });
  return { counts: Float64Array.from(countCells), spans: ofSpans, texts: [...places.keys()], rest };
}

/** The rows again, each made as it is asked for. */
export function fromUsageColumns({ texts, counts, spans, rest }: UsageColumns): Usage {
  const textAt = (cells: Cells, at: number): string | null => texts[cells[at] as number] ?? null;
  return {
    ...rest,
    counts: eachRow(counts, COUNT_FIELDS, (at) => ({
      day: textAt(counts, at) as string,
      eventName: textAt(counts, at + 1) as string,
      provider: textAt(counts, at + 2),
      status: textAt(counts, at + 3) as string,
      errorType: textAt(counts, at + 4),
      sampleRate: counts[at + 5] as number,
      count: counts[at + 6] as number
    })),
    spans: spans.map(({ durations, ...span }) => ({
      ...span,
      durations: eachRow(durations, DURATION_FIELDS, (at) => ({
        eventName: textAt(durations, at) as string,
        sampleRate: durations[at + 1] as number,
        buckets: durations.subarray(at + 2, at + DURATION_FIELDS)
      }))
    }))
  };
}

function eachRow<Row>({ length }: Cells, fields: number, rowAt: (at: number) => Row): Iterable<Row> {
  return {
    *[Symbol.iterator]() {
      for (let at = 0; at < length; at += fields) yield rowAt(at);
    }
  };
}
