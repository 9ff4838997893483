import { toRequest, type ReportOptions, type ReportRequest } from './readReport.ts';
import type { UsageReport } from './usageReport.ts';

interface Entry {
  readonly report: Promise<UsageReport>;
  /** When it was read, by the process's own clock; `undefined` while it is being read. */
  readMs?: number;
}

/** The reports that are being read or were read a moment ago. Who asks for the same shares one. */
export class ReportCache {
  readonly #read: (request: ReportRequest) => Promise<UsageReport>;
  readonly #entries = new Map<string, Entry>();

  constructor(read: (request: ReportRequest) => Promise<UsageReport>) {
    this.#read = read;
  }

  /**
   * A report that is not older than `maxAgeMs`, or a new one. One that could not be read is not kept.
   * @throws {RangeError} when there can be no such report.
   */
  async read(options: ReportOptions): Promise<UsageReport> {
    const { maxAgeMs, ...request } = toRequest(options);
    const key = `${request.days} ${request.surface ?? ''}`;
    const known = this.#entries.get(key);
    if (known !== undefined && (known.readMs === undefined || performance.now() - known.readMs <= maxAgeMs)) return known.report;
    const entry: Entry = { report: this.#read(request) };
    this.#entries.set(key, entry);
    const forget = (): void => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    };
    try {
      const report = await entry.report;
      entry.readMs = performance.now();
      if (maxAgeMs > 0) setTimeout(forget, maxAgeMs).unref();
      else forget();
      return report;
    } catch (error) {
      forget();
      throw error;
    }
  }

  /** To be called when stored events were deleted: what was read before is no longer true. */
  clear(): void {
    this.#entries.clear();
  }
}
