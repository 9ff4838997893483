import { container } from '@sapphire/framework';
import { AttachmentBuilder, MessageFlags, type InteractionEditReplyOptions } from 'discord.js';
import { renderEmbed } from '../render/embed.ts';
import { headlineText } from '../render/message/headline.ts';
import { renderMessage, wantsPicture } from '../render/message/message.ts';
import type { ReportView } from '../render/message/view.ts';
import { pictureOf } from '../render/picture/pictureOf.ts';
import type { UsageReport } from '../reports/usageReport.ts';

const PICTURE = 'telemetry.png';
/** discord.js knows it since 14.19. */
const HAS_CONTROLS = 'IsComponentsV2' in MessageFlags;

/** A view of a report as the whole content of an ephemeral message, new or edited: an embed where discord.js is too old for controls. */
export async function reportMessage(report: UsageReport, view: ReportView): Promise<InteractionEditReplyOptions> {
  if (!HAS_CONTROLS) return { embeds: [renderEmbed(report)] };
  const picture = wantsPicture(view) ? await pictureOf(report) : undefined;
  const { retentionDays } = container.telemetry.status();
  const [file, note] = Buffer.isBuffer(picture) ? [picture, undefined] : [undefined, picture];
  return {
    flags: MessageFlags.IsComponentsV2,
    components: [renderMessage(report, view, { retentionDays, picture: file && PICTURE, note })],
    // Instead of those that the message had before: Discord wants each to be shown.
    files: file === undefined ? [] : [new AttachmentBuilder(file, { name: PICTURE, description: headlineText(report) })]
  };
}
