import { Command, container, type ApplicationCommandRegistry } from '@sapphire/framework';
import {
  ApplicationIntegrationType,
  AttachmentBuilder,
  InteractionContextType,
  MessageFlags,
  PermissionFlagsBits,
  type ChatInputCommandInteraction,
  type InteractionEditReplyOptions,
  type SlashCommandBuilder
} from 'discord.js';
import { SURFACES, type Surface } from '../events/dictionary.ts';
import { renderCsv } from '../reports/csv.ts';
import { plural } from '../reports/format.ts';
import { renderEmbed } from '../reports/embed.ts';
import { renderJson } from '../reports/json.ts';
import { privacyPolicy } from '../reports/privacy.ts';
import { DEFAULT_REPORT_DAYS, MAX_REPORT_DAYS } from '../reports/readReport.ts';
import { renderText } from '../reports/text.ts';
import type { UsageReport } from '../reports/usageReport.ts';
import { TelemetryUnavailableError } from '../service.ts';
import { renderStatus } from '../statusText.ts';
import { Owners } from './owners.ts';
import { SharedReports } from './sharedReports.ts';

const REFUSAL = "Sorry, only this bot's owners can use this command.";

const FORMATS = {
  text: { file: 'telemetry.txt', render: renderText },
  csv: { file: 'telemetry.csv', render: renderCsv },
  json: { file: 'telemetry.json', render: renderJson }
} as const;

/** How the command is set up: a part of the settings. */
export interface TelemetryCommandSettings {
  readonly ownerIds: readonly string[];
  readonly commandGuildIds: readonly string[];
}

/** Makes the piece of `/telemetry`. It checks the owner itself: a denied precondition gets no answer, or two where the bot answers denials. */
export function telemetryCommand({
  ownerIds,
  commandGuildIds
}: TelemetryCommandSettings): new (context: Command.LoaderContext, options: Command.Options) => Command {
  return class TelemetryCommand extends Command {
    readonly #owners = new Owners(this.container.client, ownerIds);
    readonly #reports = new SharedReports();

    constructor(context: Command.LoaderContext, options: Command.Options) {
      super(context, { ...options, name: 'telemetry', description: 'Anonymous usage of this bot', telemetry: false });
    }

    override registerApplicationCommands(registry: ApplicationCommandRegistry): void {
      // Sapphire's own builder: it does not know one of another copy of the builders' package for what it is.
      registry.registerChatInputCommand(
        (builder) => define(builder, this.name, this.description),
        commandGuildIds.length > 0 ? { guildIds: [...commandGuildIds] } : {}
      );
    }

    override async chatInputRun(interaction: ChatInputCommandInteraction): Promise<void> {
      await interaction.deferReply({ flags: MessageFlags.Ephemeral });
      const allowed = await this.#owners.include(interaction.user.id);
      await interaction.editReply(allowed ? await answer(interaction, this.#reports) : { content: REFUSAL });
    }
  };
}

function define(builder: SlashCommandBuilder, name: string, description: string): SlashCommandBuilder {
  builder
    .setName(name)
    .setDescription(description)
    // Hidden from everyone who is no administrator; who may use it is decided by the application's owner or team.
    .setDefaultMemberPermissions(PermissionFlagsBits.Administrator)
    // Named, or Sapphire would see a difference and send the command anew at every start.
    .setContexts(InteractionContextType.Guild, InteractionContextType.BotDM)
    .setIntegrationTypes(ApplicationIntegrationType.GuildInstall);
  builder.addSubcommand((report) =>
    report
      .setName('report')
      .setDescription('What is used, how often it fails and how fast it is')
      .addIntegerOption((days) =>
        days
          .setName('days')
          .setDescription(`How many days, today included (${DEFAULT_REPORT_DAYS} by default)`)
          .setMinValue(1)
          .setMaxValue(MAX_REPORT_DAYS)
      )
      .addStringOption((surface) =>
        surface
          .setName('surface')
          .setDescription('Only what ran there')
          .addChoices(SURFACES.map((value) => ({ name: value, value })))
      )
      .addStringOption((format) =>
        format
          .setName('format')
          .setDescription('An embed by default, or a file')
          .addChoices(['embed', ...Object.keys(FORMATS)].map((value) => ({ name: value, value })))
      )
  );
  builder.addSubcommand((erase) =>
    erase
      .setName('erase-guild')
      .setDescription('Delete what is stored of one guild')
      .addStringOption((id) => id.setName('id').setDescription('The id of the guild').setRequired(true).setMinLength(17).setMaxLength(20))
  );
  builder.addSubcommand((status) => status.setName('status').setDescription('How telemetry does in this process'));
  builder.addSubcommand((privacy) => privacy.setName('privacy').setDescription('What is stored, and what never is'));
  return builder;
}

async function answer(interaction: ChatInputCommandInteraction, reports: SharedReports): Promise<InteractionEditReplyOptions> {
  const { telemetry } = container;
  switch (interaction.options.getSubcommand()) {
    case 'report':
      try {
        return reportAnswer(interaction, await reports.read(reportOptions(interaction)));
      } catch (error) {
        if (error instanceof TelemetryUnavailableError) return { content: `No report now: ${error.message}` };
        throw error;
      }
    case 'erase-guild':
      return eraseAnswer(interaction).finally(() => reports.forget());
    case 'privacy':
      return { files: [file('privacy.md', privacyPolicy())] };
    default:
      return { content: renderStatus(telemetry.status()) };
  }
}

async function eraseAnswer({ options }: ChatInputCommandInteraction): Promise<InteractionEditReplyOptions> {
  const guildId = options.getString('id', true);
  if (!/^\d{17,20}$/.test(guildId)) return { content: 'That is not the id of a guild: it takes 17 to 20 digits.' };
  try {
    return { content: `Deleted ${plural(await container.telemetry.eraseGuild(guildId), 'event')} of this guild.` };
  } catch (error) {
    if (error instanceof TelemetryUnavailableError) return { content: `Nothing was deleted: ${error.message}` };
    throw error;
  }
}

function reportOptions({ options }: ChatInputCommandInteraction): { days: number; surface: Surface | undefined } {
  return {
    days: options.getInteger('days') ?? DEFAULT_REPORT_DAYS,
    surface: SURFACES.find((surface) => surface === options.getString('surface'))
  };
}

function reportAnswer({ options }: ChatInputCommandInteraction, report: UsageReport): InteractionEditReplyOptions {
  const format = options.getString('format');
  if (format === null || !Object.hasOwn(FORMATS, format)) return { embeds: [renderEmbed(report)] };
  const { file: name, render } = FORMATS[format as keyof typeof FORMATS];
  return { files: [file(name, render(report))] };
}

function file(name: string, text: string): AttachmentBuilder {
  return new AttachmentBuilder(Buffer.from(text), { name });
}
