import { styleText } from 'node:util';
import type { Paint } from '../render/text.ts';

const STYLES = { heading: 'bold', better: 'green', worse: 'red', notable: 'yellow' } as const;

/** Colours for a terminal that has them; none where the output goes elsewhere, or NO_COLOR is set (https://no-color.org). */
export function paintFor(output: NodeJS.WriteStream, { NO_COLOR: noColor = '' }: NodeJS.ProcessEnv): Paint {
  if (!output.isTTY || noColor !== '' || !output.hasColors()) return (_, text) => text;
  return (kind, text) => styleText(STYLES[kind], text, { validateStream: false });
}
