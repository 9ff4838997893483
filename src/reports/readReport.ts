import { setImmediate } from 'node:timers/promises';
import type { PieceRun } from '../events/runDescription.ts';
import { isSurface, SURFACES, type Surface } from '../schema/closedLists.ts';
import type { Store } from '../store/store.ts';
import { reportInSteps, spansOf } from './buildReport.ts';
import type { UsageReport } from './usageReport.ts';

/** Days of a report that does not say how many. */
export const DEFAULT_REPORT_DAYS = 7;
/** Nothing is kept for longer. */
export const MAX_REPORT_DAYS = 365;
const MAX_AGE_MS = 3_600_000;

export interface ReportOptions {
  /** How many UTC days, the last of which is yesterday: 1 to 365. Today is told beside them. Default: 7. */
  readonly days?: number | undefined;
  /** Only what ran there. Default: everywhere. */
  readonly surface?: Surface | undefined;
  /** How old a report may be that was read before and is given again, in milliseconds: up to an hour. Default: 0, so that each is read anew. */
  readonly maxAgeMs?: number | undefined;
}

/** What a report is read by. */
export interface ReportRequest {
  readonly days: number;
  readonly surface?: Surface | undefined;
  /** How many days are kept, today included. Default: all. */
  readonly retentionDays?: number | undefined;
  /** What the bot has that is measured, each by the run that it would have. Default: it is not known. */
  readonly pieces?: readonly PieceRun[] | undefined;
  /** Whether the database may lack losses of earlier processes. Default: false. */
  readonly lossesMayBeMissing?: boolean;
}

/** @throws {RangeError} when there can be no such report. The message does not repeat what was asked for. */
export function toRequest({
  days = DEFAULT_REPORT_DAYS,
  surface,
  maxAgeMs = 0
}: ReportOptions): ReportRequest & { readonly maxAgeMs: number } {
  if (!Number.isInteger(days) || days < 1 || days > MAX_REPORT_DAYS)
    throw new RangeError(`the days of a report are a whole number from 1 to ${MAX_REPORT_DAYS}`);
  if (surface !== undefined && !isSurface(surface)) throw new RangeError(`the surface of a report is one of ${SURFACES.join(', ')}`);
  if (!(maxAgeMs >= 0 && maxAgeMs <= MAX_AGE_MS)) throw new RangeError(`the maxAgeMs of a report is a number from 0 to ${MAX_AGE_MS}`);
  return { days, surface, maxAgeMs };
}

/** Reads what the store knows of the last days before `today`, of as many before them, and of today so far. */
export async function readReport(store: Store, today: string, { surface, ...request }: ReportRequest): Promise<UsageReport> {
  const spans = spansOf(today, request.days);
  const usage = await store.usage({ spans, surface });
  const losses = await store.losses(spans[1].from);
  const steps = reportInSteps({ ...request, today, usage, losses, surface });
  for (;;) {
    const { done, value } = steps.next();
    // The bot's own work comes between, and before the report is rendered.
    await setImmediate();
    if (done === true) return value;
  }
}
