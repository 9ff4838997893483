import { escape } from '../markup.ts';
import { fitText, isInFont, widthOf, type Face } from './textWidth.ts';

/** The width of the picture, in units of SVG, and what is left free at both sides. */
export const WIDTH = 720;
export const MARGIN = 24;
export const INNER = WIDTH - 2 * MARGIN;

/** One ground for both themes of Discord, on which every colour has a contrast of at least 4.5, lines aside. */
export const COLOURS = {
  ground: '#17191f',
  panel: '#20232b',
  line: '#323743',
  text: '#f3f5f9',
  muted: '#a3abba',
  success: '#5a93f5',
  failure: '#f59a4c',
  better: '#68d391',
  worse: '#ff9d76'
} as const;

/** A part of the picture, drawn from its own top on. */
export interface Part {
  readonly height: number;
  readonly svg: string;
}

export interface TextOptions extends Face {
  readonly fill?: string;
  /** Which end of the text stands at `x`. Default: its start. */
  readonly anchor?: 'middle' | 'end';
  /** What it has to fit in. Default: it is known to fit. */
  readonly width?: number;
}

/** A line of text, its foot at `y`. */
export function text(x: number, y: number, content: string, { fill = COLOURS.text, anchor, width, ...face }: TextOptions): string {
  const fitted = width === undefined ? content : fitText(content, width, face);
  const attributes = [`x="${round(x)}" y="${round(y)}" font-size="${face.size}" fill="${fill}"`];
  if (face.isBold === true) attributes.push('font-weight="600"');
  if (anchor !== undefined) attributes.push(`text-anchor="${anchor}"`);
  return `<text ${attributes.join(' ')}>${escape(fitted)}</text>`;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export function rect({ x, y, width, height }: Box, fill: string, radius = 0): string {
  const rounded = radius > 0 ? ` rx="${round(Math.min(radius, width / 2, height / 2))}"` : '';
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"${rounded} fill="${fill}"/>`;
}

/** A name after that of its group, in two shades. Both share `box`: the group gives way, down to two fifths of it. */
export function twoNames(group: string, own: string, { x, width, ...box }: Box, face: Face): string {
  const gap = face.size / 3;
  const fittedGroup = fitText(group, Math.max(width * 0.4, width - gap - widthOf(own, face)), face);
  const ownX = x + widthOf(fittedGroup, face) + gap;
  const fittedOwn = fitText(own, x + width - ownX, face);
  return (
    boxed(fittedGroup, { ...box, x, width: ownX - gap - x }, { ...face, fill: COLOURS.muted }) +
    boxed(fittedOwn, { ...box, x: ownX, width: x + width - ownX }, face)
  );
}

/** A text in the middle of the height of its box. It is cut off where a font that nobody knows leads out of it. */
function boxed(content: string, { x, y, width, height }: Box, options: TextOptions): string {
  const line = text(x, y + height / 2 + options.size * 0.36, content, options);
  if (isInFont(content)) return line;
  const view = [x, y, width, height].map(round);
  return `<svg x="${view[0]}" y="${view[1]}" width="${view[2]}" height="${view[3]}" viewBox="${view.join(' ')}">${line}</svg>`;
}

export function moved(y: number, svg: string): string {
  return `<g transform="translate(0 ${round(y)})">${svg}</g>`;
}

/** Two digits after the point are a tenth of a pixel. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
