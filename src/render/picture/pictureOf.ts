import type { UsageReport } from '../../reports/usageReport.ts';
import { NoPictureError, renderPng } from './png.ts';

/** The picture of a report as PNG, or in a sentence why there is none. */
export async function pictureOf(report: UsageReport): Promise<Buffer | string> {
  try {
    return Buffer.from(await renderPng(report));
  } catch (error) {
    if (error instanceof NoPictureError) return `There is no picture: ${error.message}.`;
    throw error;
  }
}
