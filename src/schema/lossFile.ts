import { z } from 'zod';
import { LOSS_REASONS } from './closedLists.ts';
import type { TelemetryLoss } from './dictionary.ts';
import { UUID_V4 } from './patterns.ts';
import { count } from './rollupFields.ts';

/** Far more than a process has days and reasons: such a file is not ours. */
const MAX_LOSSES = 2_000;
/** The longest file that is read, in bytes. */
export const MAX_LOSS_FILE_BYTES = 300_000;

const loss = z.strictObject({
  dayBucket: z.iso.date(),
  id: z.string().regex(UUID_V4),
  reason: z.enum(LOSS_REASONS),
  count: z.int().min(count.range[0]).max(count.range[1])
});
const lossFile = z.strictObject({ losses: z.array(loss).max(MAX_LOSSES) });

/** The text of a file that holds these counts. */
export function lossFileText(losses: readonly TelemetryLoss[]): string {
  return JSON.stringify({ losses });
}

/** The counts in the text of such a file; `undefined` where it holds anything else. */
export function parseLossFile(text: string): readonly TelemetryLoss[] | undefined {
  try {
    return lossFile.safeParse(JSON.parse(text)).data?.losses;
  } catch {
    return undefined;
  }
}
