import { addDays, daysDownFrom } from '../events/day.ts';
import type { Surface } from '../events/dictionary.ts';
import type { Store } from '../storage/store.ts';
import { usageReport, type UsageReport } from './usageReport.ts';

/** Days of a report that does not say how many. */
export const DEFAULT_REPORT_DAYS = 7;

export interface ReportOptions {
  /** How many UTC days, today included. Default: 7. */
  readonly days?: number | undefined;
  /** Only what ran there. Default: everywhere. */
  readonly surface?: Surface | undefined;
}

/** Reads what the store knows of the last days, up to and including `today`. */
export async function readReport(
  store: Store,
  today: string,
  { days = DEFAULT_REPORT_DAYS, surface }: ReportOptions = {}
): Promise<UsageReport> {
  const from = addDays(today, 1 - days);
  const usage = await store.usage({ from, to: today, surface });
  const losses = await store.losses(from, today);
  return usageReport({ days: daysDownFrom(today, from), usage, losses, surface });
}
