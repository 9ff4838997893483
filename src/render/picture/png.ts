import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { threadEnvironment } from '../../common/threadEnvironment.ts';
import type { UsageReport } from '../../reports/usageReport.ts';
import { MOST_IN_PICTURE, overviewOf } from '../overview.ts';
import { fontFiles } from './font.ts';
import type { PngAnswer, PngOrder } from './pngThread.ts';

/** This file. A bundle has no `import.meta.url` if esbuild made it for CommonJS. */
const FILE = typeof __filename === 'string' ? __filename : fileURLToPath(import.meta.url);
/** The program of the thread: a file beside this one, in every build. A bundle lacks it. */
const PROGRAM = join(dirname(FILE), `pngThread${extname(FILE)}`);
/** Sharp where Discord shows it, 550 pixels wide, on screens of two pixels a point. */
const ZOOM = 1.5;
/** A picture takes a tenth of a second. */
const PATIENCE_MS = 20_000;

/** There is no picture. The message says why, and what to do. */
export class NoPictureError extends Error {
  override readonly name = 'NoPictureError';
}

let last: Promise<unknown> = Promise.resolve();

/**
 * The picture of a report as PNG, 1,080 pixels wide. It is made in a thread that ends with it, one at a time.
 * @throws {NoPictureError} where `@resvg/resvg-js` is not installed, or can't make it: nothing else, so that a report never fails for its picture.
 */
export async function renderPng(report: UsageReport): Promise<Uint8Array> {
  const drawn = last.then(() => draw(report));
  last = drawn.catch(() => undefined);
  try {
    return await drawn;
  } catch (error) {
    throw error instanceof NoPictureError ? error : new NoPictureError('it could not be drawn', { cause: error });
  }
}

async function draw(report: UsageReport): Promise<Uint8Array> {
  const fonts = fontFiles();
  if (fonts.length === 0 || !existsSync(PROGRAM))
    throw new NoPictureError('a bundle has none: leave sapphire-plugin-telemetry out of the bundle (docs/bundling.md)');
  const order: PngOrder = {
    overview: overviewOf(report, MOST_IN_PICTURE),
    fontFiles: fonts.map(({ path }) => path),
    zoom: ZOOM
  };
  // As in the thread of SQLite, nothing of the bot is run again.
  const worker = new Worker(PROGRAM, { name: 'telemetry-picture', workerData: order, execArgv: [], env: threadEnvironment() });
  try {
    const [answer] = (await once(worker, 'message', { signal: AbortSignal.timeout(PATIENCE_MS) })) as [PngAnswer];
    if ('png' in answer) return answer.png;
    throw new NoPictureError(reasonOf(answer.code));
  } finally {
    await worker.terminate();
  }
}

function reasonOf(code: string): string {
  if (/MODULE_NOT_FOUND/.test(code)) return 'the package @resvg/resvg-js draws pictures, and is not installed: npm install @resvg/resvg-js';
  return `the package @resvg/resvg-js failed with ${code}`;
}
