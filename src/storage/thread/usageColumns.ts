import { BUCKETS } from '../../events/durationBuckets.ts';
import type { EventDurations, SpanUsage, Usage } from '../../store/store.ts';
import { countsIn, EventCounts, type CountColumns } from '../eventCounts.ts';

/** The rate and the buckets. */
const FIELDS = 1 + BUCKETS;

interface DurationColumns {
  readonly names: readonly string[];
  readonly cells: Float64Array;
}

/** What is read for a report, on its way from the thread: in buffers, in place of tens of thousands of objects that would be cloned in one go. */
export interface UsageColumns {
  readonly counts: CountColumns;
  readonly spans: readonly (Omit<SpanUsage, 'durations'> & { readonly durations: DurationColumns })[];
  readonly rest: Omit<Usage, 'counts' | 'spans'>;
}

export function toUsageColumns({ counts, spans, ...rest }: Usage): UsageColumns {
  return {
    counts: EventCounts.from(counts).columns,
    spans: spans.map(({ durations, ...span }) => ({ ...span, durations: toDurationColumns([...durations]) })),
    rest
  };
}

function toDurationColumns(durations: readonly EventDurations[]): DurationColumns {
  const cells = new Float64Array(durations.length * FIELDS);
  for (const [index, { sampleRate, buckets }] of durations.entries()) {
    cells[index * FIELDS] = sampleRate;
    cells.set(buckets, index * FIELDS + 1);
  }
  return { names: durations.map(({ eventName }) => eventName), cells };
}

export function fromUsageColumns({ counts, spans, rest }: UsageColumns): Usage {
  return {
    ...rest,
    counts: countsIn(counts),
    spans: spans.map(({ durations: { names, cells }, ...span }) => ({
      ...span,
      durations: names.map((eventName, index) => ({
        eventName,
        sampleRate: cells[index * FIELDS] as number,
        buckets: cells.subarray(index * FIELDS + 1, (index + 1) * FIELDS)
      }))
    }))
  };
}
