import { container } from '@sapphire/framework';
import { AttachmentBuilder, type ChatInputCommandInteraction, type InteractionEditReplyOptions } from 'discord.js';
import { renderCsv } from '../render/csv.ts';
import { renderEmbed } from '../render/embed.ts';
import { NOT_WIPED, plural, summary } from '../render/format.ts';
import { renderHtml } from '../render/html/page.ts';
import { renderJson } from '../render/json.ts';
import { NoPictureError, renderPng } from '../render/picture/png.ts';
import { renderText } from '../render/text.ts';
import { DEFAULT_REPORT_DAYS } from '../reports/readReport.ts';
import type { UsageReport } from '../reports/usageReport.ts';
import { OTHER_HASHES } from '../retention/eraseGuild.ts';
import type { Surface } from '../schema/closedLists.ts';
import { SNOWFLAKE } from '../schema/patterns.ts';
import { privacyPolicy } from '../schema/privacyPolicy.ts';
import { TelemetryUnavailableError } from '../telemetry/telemetry.ts';
import { renderStatus } from './statusText.ts';

/** The same report is read no more often than this, however often it is asked for. */
const REPORT_MAX_AGE_MS = 2_000;

/** The files that a report may come as. */
export const FORMATS = {
  text: { file: 'telemetry.txt', render: renderText },
  csv: { file: 'telemetry.csv', render: renderCsv },
  json: { file: 'telemetry.json', render: renderJson },
  html: { file: 'telemetry.html', render: renderHtml }
} as const;

/** The answer to an owner's use of `/telemetry`. */
export async function answer(interaction: ChatInputCommandInteraction): Promise<InteractionEditReplyOptions> {
  try {
    switch (interaction.options.getSubcommand(false)) {
      case 'report':
        return await reportAnswer(interaction);
      case 'erase-guild':
        return await eraseAnswer(interaction);
      case 'privacy':
        return { files: [file('privacy.md', privacyPolicy(container.telemetry.status().meterErrors !== null))] };
      case 'status':
        return { content: renderStatus(container.telemetry.status()) };
      default:
        throw new RangeError('the subcommands are report, status, privacy and erase-guild');
    }
  } catch (error) {
    if (error instanceof TelemetryUnavailableError) return { content: `That can't be done now: ${error.message}` };
    // Discord offers right options alone; a forged one gets the sentence that says what it takes.
    if (error instanceof RangeError) return { content: `That can't be done: ${error.message}.` };
    throw error;
  }
}

async function reportAnswer({ options }: ChatInputCommandInteraction): Promise<InteractionEditReplyOptions> {
  const format = formatOf(sent(options, 'format'));
  const report = await container.telemetry.report({
    days: (sent(options, 'days') ?? DEFAULT_REPORT_DAYS) as number,
    surface: sent(options, 'surface') as Surface | undefined,
    maxAgeMs: REPORT_MAX_AGE_MS
  });
  if (format === undefined) return withPicture(report);
  const { file: name, render } = FORMATS[format];
  return { files: [file(name, render(report))] };
}

/** The report as an embed below its picture, or below why there is none. */
async function withPicture(report: UsageReport): Promise<InteractionEditReplyOptions> {
  const embed = renderEmbed(report);
  try {
    const name = 'telemetry.png';
    const picture = new AttachmentBuilder(Buffer.from(await renderPng(report)), { name, description: summary(report) });
    return { files: [picture], embeds: [{ ...embed, image: { url: `attachment://${name}` } }] };
  } catch (error) {
    if (error instanceof NoPictureError) return { content: `There is no picture: ${error.message}.`, embeds: [embed] };
    throw error;
  }
}

/** The file that is asked for; `undefined` for an embed. */
function formatOf(format: unknown = 'embed'): keyof typeof FORMATS | undefined {
  if (format === 'embed') return undefined;
  if (typeof format === 'string' && Object.hasOwn(FORMATS, format)) return format as keyof typeof FORMATS;
  throw new RangeError(`the format of a report is embed, ${Object.keys(FORMATS).join(', ')}`);
}

async function eraseAnswer({ options }: ChatInputCommandInteraction): Promise<InteractionEditReplyOptions> {
  const guildId = sent(options, 'id');
  if (typeof guildId !== 'string' || !SNOWFLAKE.test(guildId)) throw new RangeError('the id of a guild has 17 to 20 digits');
  const { deleted, isWiped } = await container.telemetry.eraseGuild(guildId);
  const more = [...(container.telemetry.status().saltChanged ? [OTHER_HASHES] : []), ...(isWiped ? [] : [`${NOT_WIPED}.`])];
  return { content: [`Deleted ${plural(deleted, 'event')} of this guild.`, ...more].join(' ') };
}

/** What was sent for an option, of whatever type; `undefined` for nothing. */
function sent(options: ChatInputCommandInteraction['options'], name: string): unknown {
  return options.get(name)?.value;
}

function file(name: string, text: string): AttachmentBuilder {
  return new AttachmentBuilder(Buffer.from(text), { name });
}
