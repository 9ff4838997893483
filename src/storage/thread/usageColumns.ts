import type { DurationCount, EventCount, SpanUsage, Usage } from '../../store/store.ts';

/** The fields of rows, row after row; a text is a place in the list of texts. */
type Cells = Float64Array<ArrayBuffer>;

const COUNT_FIELDS = 7;
const DURATION_FIELDS = 4;

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
  const countCells = counts.flatMap(({ day, eventName, provider, status, errorType, sampleRate, count }) => [
    ...[day, eventName, provider, status, errorType].map(place),
    sampleRate,
    count
  ]);
  const ofSpans = spans.map(({ durations, ...span }) => ({
    ...span,
    durations: Float64Array.from(
      durations.flatMap(({ eventName, bucket, sampleRate, count }) => [place(eventName), bucket, sampleRate, count])
    )
  }));
  return { counts: Float64Array.from(countCells), spans: ofSpans, texts: [...places.keys()], rest };
}

export function fromUsageColumns({ texts, counts, spans, rest }: UsageColumns): Usage {
  const textAt = (cells: Cells, at: number): string | null => texts[cells[at] as number] ?? null;
  const count = (at: number): EventCount => ({
    day: textAt(counts, at) as string,
    eventName: textAt(counts, at + 1) as string,
    provider: textAt(counts, at + 2),
    status: textAt(counts, at + 3) as string,
    errorType: textAt(counts, at + 4),
    sampleRate: counts[at + 5] as number,
    count: counts[at + 6] as number
  });
  const duration = (cells: Cells, at: number): DurationCount => ({
    eventName: textAt(cells, at) as string,
    bucket: cells[at + 1] as number,
    sampleRate: cells[at + 2] as number,
    count: cells[at + 3] as number
  });
  return {
    ...rest,
    counts: Array.from({ length: counts.length / COUNT_FIELDS }, (_, row) => count(row * COUNT_FIELDS)),
    spans: spans.map(({ durations, ...span }) => ({
      ...span,
      durations: Array.from({ length: durations.length / DURATION_FIELDS }, (_, row) => duration(durations, row * DURATION_FIELDS))
    }))
  };
}
