import { container } from '@sapphire/framework';
import { AttachmentBuilder, type ChatInputCommandInteraction, type InteractionEditReplyOptions } from 'discord.js';
import { renderCsv } from '../render/csv.ts';
import { renderEmbed } from '../render/embed.ts';
import { NOT_WIPED, plural } from '../render/format.ts';
import { renderJson } from '../render/json.ts';
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
  json: { file: 'telemetry.json', render: renderJson }
} as const;

/** The answer to an owner's use of `/telemetry`. */
export async function answer(interaction: ChatInputCommandInteraction): Promise<InteractionEditReplyOptions> {
  try {
    switch (interaction.options.getSubcommand()) {
      case 'report':
        return await reportAnswer(interaction);
      case 'erase-guild':
        return await eraseAnswer(interaction);
      case 'privacy':
        return { files: [file('privacy.md', privacyPolicy())] };
      default:
        return { content: renderStatus(container.telemetry.status()) };
    }
  } catch (error) {
    if (error instanceof TelemetryUnavailableError) return { content: `That can't be done now: ${error.message}` };
    // Discord offers right options alone; a forged one gets the sentence that says what it takes.
    if (error instanceof RangeError) return { content: `That can't be done: ${error.message}` };
    throw error;
  }
}

async function reportAnswer({ options }: ChatInputCommandInteraction): Promise<InteractionEditReplyOptions> {
  const report = await container.telemetry.report({
    days: options.getInteger('days') ?? DEFAULT_REPORT_DAYS,
    surface: (options.getString('surface') ?? undefined) as Surface | undefined,
    maxAgeMs: REPORT_MAX_AGE_MS
  });
  return reportIn(options.getString('format'), report);
}

function reportIn(format: string | null, report: UsageReport): InteractionEditReplyOptions {
  if (format === null || !Object.hasOwn(FORMATS, format)) return { embeds: [renderEmbed(report)] };
  const { file: name, render } = FORMATS[format as keyof typeof FORMATS];
  return { files: [file(name, render(report))] };
}

async function eraseAnswer({ options }: ChatInputCommandInteraction): Promise<InteractionEditReplyOptions> {
  const guildId = options.getString('id', true);
  if (!SNOWFLAKE.test(guildId)) return { content: 'That is not the id of a guild: it takes 17 to 20 digits.' };
  const { deleted, isWiped } = await container.telemetry.eraseGuild(guildId);
  const more = [...(container.telemetry.status().saltChanged ? [OTHER_HASHES] : []), ...(isWiped ? [] : [`${NOT_WIPED}.`])];
  return { content: [`Deleted ${plural(deleted, 'event')} of this guild.`, ...more].join(' ') };
}

function file(name: string, text: string): AttachmentBuilder {
  return new AttachmentBuilder(Buffer.from(text), { name });
}
