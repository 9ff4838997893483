import { container } from '@sapphire/framework';
import { AttachmentBuilder, type ChatInputCommandInteraction, type InteractionEditReplyOptions } from 'discord.js';
import { renderCsv } from '../render/csv.ts';
import { NOT_WIPED, plural } from '../render/format.ts';
import { renderHtml } from '../render/html/page.ts';
import { renderJson } from '../render/json.ts';
import { operationKey, operationOfKey } from '../render/message/view.ts';
import { findOperation } from '../render/operationSections.ts';
import { renderText } from '../render/text.ts';
import { DEFAULT_REPORT_DAYS } from '../reports/readReport.ts';
import type { UsageReport } from '../reports/usageReport.ts';
import { OTHER_HASHES } from '../retention/eraseGuild.ts';
import type { Surface } from '../schema/closedLists.ts';
import { SNOWFLAKE } from '../schema/patterns.ts';
import { privacyPolicy } from '../schema/privacyPolicy.ts';
import { TelemetryUnavailableError } from '../telemetry/telemetry.ts';
import { reportMessage } from './reportMessage.ts';
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
    const content = sentenceOf(error);
    if (content === undefined) throw error;
    return { content };
  }
}

/** What an owner is told where there is no answer; `undefined` for an error that nobody expects. */
export function sentenceOf(error: unknown): string | undefined {
  if (error instanceof TelemetryUnavailableError) return `That can't be done now: ${error.message}`;
  // Discord offers right options alone; a forged one gets the sentence that says what it takes.
  return error instanceof RangeError ? `That can't be done: ${error.message}.` : undefined;
}

async function reportAnswer({ options }: ChatInputCommandInteraction): Promise<InteractionEditReplyOptions> {
  const format = formatOf(sent(options, 'format'));
  const days = (sent(options, 'days') ?? DEFAULT_REPORT_DAYS) as number;
  const surface = sent(options, 'surface') as Surface | undefined;
  const report = await container.telemetry.report({ days, surface, maxAgeMs: REPORT_MAX_AGE_MS });
  if (format === undefined) return reportMessage(report, { page: 'overview', days, surface, operation: askedOperation(report, options) });
  const { file: name, render } = FORMATS[format];
  return { files: [file(name, render(report))] };
}

/** The key of the operation that is asked for, which Discord offers by its key and anyone may write by its name. */
function askedOperation(report: UsageReport, options: ChatInputCommandInteraction['options']): string | undefined {
  const asked = options.get('operation')?.value;
  if (asked === undefined) return undefined;
  const operation = operationOfKey(report, String(asked)) ?? findOperation(report, String(asked));
  if (operation === undefined) throw new RangeError('no operation of that name ran in these days');
  return operationKey(operation);
}

/** The file that is asked for; `undefined` for a message. */
function formatOf(format: unknown): keyof typeof FORMATS | undefined {
  if (format === undefined) return undefined;
  if (typeof format === 'string' && Object.hasOwn(FORMATS, format)) return format as keyof typeof FORMATS;
  throw new RangeError(`the format of a report is ${Object.keys(FORMATS).join(', ')}`);
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
