import { ComponentType, type APIComponentInContainer, type APIContainerComponent } from 'discord.js';
import type { UsageReport } from '../../reports/usageReport.ts';
import { clip } from '../columns.ts';
import { fencedTable } from '../fencedTable.ts';
import { STAR } from '../text.ts';
import { controls, openButton, type Row } from './controls.ts';
import { headlineText } from './headline.ts';
import { digestContent, operationContent, pageContent, type Block, type PageContent } from './pages.ts';
import { operationOfKey, type ReportView } from './view.ts';

/** As much text as Discord takes in a message. */
const TEXT_LENGTH = 4000;
const BLURPLE = 0x58_65_f2;
/** Two begin and end what is bold. */
const SINGLE_STAR = /(?<!\*)\*(?!\*)/;
/** Small, and no list. */
const STAR_LINE = `-# \\${STAR}`;

/** What goes with a report into its message. */
export interface MessageParts {
  /** How many days are kept, today included. */
  readonly retentionDays: number;
  /** The name of the attachment that is a picture of the report; `undefined` where there is none. */
  readonly picture: string | undefined;
  /** What else is said at the end. Default: nothing. */
  readonly note?: string | undefined;
}

/** Whether a view is one that a picture belongs to. */
export function wantsPicture({ page, operation }: ReportView): boolean {
  return page === 'overview' && operation === undefined;
}

/**
 * A view of a report as a message: headline, picture or tables, and the controls that lead to other views. It keeps to what Discord takes, however
 * much there is to tell: where a table does not fit, its last line says how many rows were left out.
 */
export function renderMessage(
  report: UsageReport,
  view: ReportView,
  { retentionDays, picture, note }: MessageParts
): APIContainerComponent {
  const operation = operationOfKey(report, view.operation);
  const content = operation === undefined ? pageContent(report, view, picture !== undefined) : operationContent(report, operation);
  return containerOf(report, content, { picture, note }, controls(report, view, retentionDays));
}

/** A digest of a report as a message, with a button that opens the report. It keeps to what Discord takes, too. */
export function renderDigest(report: UsageReport, view: ReportView, parts: Omit<MessageParts, 'retentionDays'>): APIContainerComponent {
  return containerOf(report, digestContent(report), parts, [openButton(view)]);
}

function containerOf(
  report: UsageReport,
  content: PageContent,
  { picture, note }: Omit<MessageParts, 'retentionDays'>,
  rows: readonly Row[]
): APIContainerComponent {
  const [head, ...more] = texts(content, note).map((text): APIComponentInContainer => ({ type: ComponentType.TextDisplay, content: text }));
  return {
    type: ComponentType.Container,
    accent_color: BLURPLE,
    components: [
      ...(head === undefined ? [] : [head]),
      ...(picture === undefined ? [] : [gallery(picture, headlineText(report))]),
      ...more,
      { type: ComponentType.Separator },
      ...rows
    ]
  };
}

function gallery(name: string, description: string): APIComponentInContainer {
  return { type: ComponentType.MediaGallery, items: [{ media: { url: `attachment://${name}` }, description }] };
}

function texts({ head, blocks }: PageContent, note: string | undefined): string[] {
  const first = head.join('\n');
  const foot = note === undefined ? [] : [`-# ${note}`];
  const shown = [first, ...blockTexts(blocks, TEXT_LENGTH - [first, STAR_LINE, ...foot].join('').length)];
  return [...shown, ...(shown.some((text) => SINGLE_STAR.test(text)) ? [STAR_LINE] : []), ...foot];
}

/** Each in an equal share of the room, and in what the shorter ones leave of theirs. */
function blockTexts(blocks: readonly Block[], room: number): string[] {
  const shortestFirst = blocks.toSorted((a, b) => linesOf(a) - linesOf(b));
  const shown = new Map<Block, string>();
  let left = room;
  for (const [index, block] of shortestFirst.entries()) {
    const text = blockText(block, Math.floor(left / (blocks.length - index)));
    left -= text.length;
    shown.set(block, text);
  }
  return blocks.map((block) => shown.get(block) ?? '');
}

function linesOf(block: Block): number {
  return 'lines' in block ? block.lines.length : block.rows.length;
}

function blockText(block: Block, room: number): string {
  const heading = `### ${block.title}\n`;
  const left = room - heading.length;
  if ('lines' in block) return heading + clip(block.lines.join('\n'), left, ({ length }) => length);
  return heading + (block.rows.length === 0 ? block.ifEmpty : fencedTable(block, left));
}
