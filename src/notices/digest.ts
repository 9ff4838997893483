import { MessageFlags } from 'discord.js';
import { renderDigestEmbed } from '../render/embed.ts';
import { headlineText } from '../render/message/headline.ts';
import { openButton } from '../render/message/controls.ts';
import { renderDigest } from '../render/message/message.ts';
import type { ReportView } from '../render/message/view.ts';
import { pictureOf } from '../render/picture/pictureOf.ts';
import type { UsageReport } from '../reports/usageReport.ts';
import type { NoticeMessage } from './post.ts';

const PICTURE = 'telemetry.png';
/** discord.js knows it since 14.19. */
const HAS_CONTROLS = 'IsComponentsV2' in MessageFlags;

/** What a digest is of, and what its button opens. */
export const DIGEST_VIEW: ReportView = { page: 'overview', days: 7, surface: undefined, operation: undefined };

/** A digest of a report of whole days; `undefined` where nothing was recorded in them. An embed where discord.js is too old for more. */
export async function digestMessage(report: UsageReport): Promise<NoticeMessage | undefined> {
  if (report.noPrevious === 'today' || report.events === 0) return undefined;
  if (!HAS_CONTROLS) return { body: { embeds: [renderDigestEmbed(report)], components: [openButton(DIGEST_VIEW)] } };
  const picture = await pictureOf(report);
  const [data, note] = Buffer.isBuffer(picture) ? [picture, undefined] : [undefined, picture];
  const body = { flags: MessageFlags.IsComponentsV2, components: [renderDigest(report, DIGEST_VIEW, { picture: data && PICTURE, note })] };
  if (data === undefined) return { body };
  return {
    body: { ...body, attachments: [{ id: 0, filename: PICTURE, description: headlineText(report) }] },
    files: [{ name: PICTURE, data }]
  };
}
