import { Command, type ApplicationCommandRegistry } from '@sapphire/framework';
import {
  ApplicationIntegrationType,
  InteractionContextType,
  MessageFlags,
  PermissionFlagsBits,
  type AutocompleteInteraction,
  type ChatInputCommandInteraction,
  type SlashCommandBuilder
} from 'discord.js';
import { DEFAULT_REPORT_DAYS, MAX_REPORT_DAYS } from '../reports/readReport.ts';
import { SURFACES } from '../schema/closedLists.ts';
import { answer, FORMATS } from './answers.ts';
import { completions } from './completions.ts';
import { REFUSAL, type Owners } from './owners.ts';
import { OwnRegistration } from './ownRegistration.ts';
import { takeUp } from './takeUp.ts';

/**
 * The name of the piece. No file can be called so, and no command: whatever a bot calls its own, its piece is never replaced by ours, nor unloaded
 * for it.
 */
export const COMMAND_PIECE = 'sapphire-plugin-telemetry/command';

/** How the command is set up. */
export interface TelemetryCommandOptions {
  /** What it is called in Discord. */
  readonly commandName: string;
  /** Who may use it. */
  readonly owners: Owners;
  /** The guilds that it is registered in; everywhere when there is none. */
  readonly commandGuildIds: readonly string[];
}

/** Makes the piece of `/telemetry`. It checks the owner itself: a denied precondition gets no answer, or two where the bot answers denials. */
export function telemetryCommand({
  commandName,
  owners,
  commandGuildIds
}: TelemetryCommandOptions): new (context: Command.LoaderContext, options: Command.Options) => Command {
  return class TelemetryCommand extends Command {
    readonly #registration = new OwnRegistration();

    constructor(context: Command.LoaderContext, options: Command.Options) {
      super(context, { ...options, name: COMMAND_PIECE, description: 'Anonymous usage of this bot', telemetry: false });
    }

    override registerApplicationCommands(registry: ApplicationCommandRegistry): Promise<void> {
      return this.#registration.register(this, registry, {
        commandName,
        variable: 'TELEMETRY_COMMAND',
        commandGuildIds,
        define: (builder) => define(builder, this.description)
      });
    }

    override async chatInputRun(interaction: ChatInputCommandInteraction): Promise<void> {
      if (!(await takeUp(() => interaction.deferReply({ flags: MessageFlags.Ephemeral })))) return;
      const allowed = await owners.include(interaction.user.id);
      await interaction.editReply(allowed ? await answer(interaction) : { content: REFUSAL });
    }

    override async autocompleteRun(interaction: AutocompleteInteraction): Promise<void> {
      const found = await completions(interaction, owners);
      await takeUp(() => interaction.respond(found));
    }
  };
}

/** The subcommands of `/telemetry` and their options, as Discord shows them. */
function define(builder: SlashCommandBuilder, description: string): SlashCommandBuilder {
  builder
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
          .setDescription(`How many days up to yesterday (${DEFAULT_REPORT_DAYS} by default); today stands beside them`)
          .setMinValue(1)
          .setMaxValue(MAX_REPORT_DAYS)
      )
      .addStringOption((surface) => surface.setName('surface').setDescription('Only what ran there').addChoices(choices(SURFACES)))
      .addStringOption((operation) =>
        operation.setName('operation').setDescription('One operation to look into, in a message').setAutocomplete(true)
      )
      .addStringOption((format) =>
        format
          .setName('format')
          .setDescription('A file, instead of a message')
          .addChoices(choices(Object.keys(FORMATS)))
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
