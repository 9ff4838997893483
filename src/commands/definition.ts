import { ApplicationIntegrationType, InteractionContextType, PermissionFlagsBits, type SlashCommandBuilder } from 'discord.js';
import { DEFAULT_REPORT_DAYS, MAX_REPORT_DAYS } from '../reports/readReport.ts';
import { SURFACES } from '../schema/closedLists.ts';
import { FORMATS } from './answers.ts';

/** The subcommands of `/telemetry` and their options, as Discord shows them. */
export function define(builder: SlashCommandBuilder, name: string, description: string): SlashCommandBuilder {
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
      .addStringOption((surface) => surface.setName('surface').setDescription('Only what ran there').addChoices(choices(SURFACES)))
      .addStringOption((format) =>
        format
          .setName('format')
          .setDescription('An embed by default, or a file')
          .addChoices(choices(['embed', ...Object.keys(FORMATS)]))
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

function choices(values: readonly string[]): { name: string; value: string }[] {
  return values.map((value) => ({ name: value, value }));
}
