/** The thread that draws one picture, so that nothing of that holds the bot's. It ends with it. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Overview } from '../overview.ts';
import { encodePng } from './encodePng.ts';
import { FONT } from './font.ts';
import { drawSvg } from './picture.ts';
import { isInFont } from './textWidth.ts';

/** What the thread is started with. */
export interface PngOrder {
  readonly overview: Overview;
  readonly fontFiles: readonly string[];
  /** Pixels for each unit of the SVG. */
  readonly zoom: number;
}

/** The picture, or the code of the error for which there is none. */
export type PngAnswer = { readonly png: Uint8Array } | { readonly code: string };

async function draw({ overview, fontFiles, zoom }: PngOrder): Promise<PngAnswer> {
  try {
    const { Resvg } = await import('@resvg/resvg-js');
    const svg = drawSvg(overview);
    // Reading the fonts of the machine takes longer than all the rest: only where a name needs them.
    const font = { fontFiles: [...fontFiles], defaultFontFamily: FONT, loadSystemFonts: !isInFont(svg) };
    const { pixels, width, height } = new Resvg(svg, { font, fitTo: { mode: 'zoom', value: zoom }, logLevel: 'off' }).render();
    return { png: encodePng(pixels, width, height) };
  } catch (error) {
    return { code: String((error as NodeJS.ErrnoException).code ?? 'an unexpected error') };
  }
}

void draw(workerData as PngOrder).then((answer) => parentPort?.postMessage(answer));
