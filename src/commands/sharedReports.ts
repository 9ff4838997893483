import { container } from '@sapphire/framework';
import type { ReportOptions } from '../reports/readReport.ts';
import type { UsageReport } from '../reports/usageReport.ts';

/** The same report is read no more often than this, however often it is asked for. */
const SHARED_MS = 2_000;

/** The reports of the last moment, as Discord's users asked for them. */
export class SharedReports {
  readonly #recent = new Map<string, Promise<UsageReport>>();

  /** A report that was read a moment ago, or a new one. One that could not be read is not kept. */
  read(options: ReportOptions): Promise<UsageReport> {
    const key = `${options.days} ${options.surface}`;
    const recent = this.#recent.get(key);
    if (recent !== undefined) return recent;
    const report = container.telemetry.report(options);
    const forget = (): void => {
      if (this.#recent.get(key) === report) this.#recent.delete(key);
    };
    this.#recent.set(key, report);
    void report.then(() => setTimeout(forget, SHARED_MS).unref(), forget);
    return report;
  }

  /** To be called when stored events were deleted. */
  forget(): void {
    this.#recent.clear();
  }
}
