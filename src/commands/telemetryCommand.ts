import { Command, type ApplicationCommandRegistry } from '@sapphire/framework';
import { MessageFlags, type ChatInputCommandInteraction } from 'discord.js';
import { answer } from './answers.ts';
import { define } from './definition.ts';
import { Owners } from './owners.ts';

const REFUSAL = "Sorry, only this bot's owners can use this command.";

/** How the command is set up: a part of the settings. */
export interface TelemetryCommandOptions {
  /** Users who may use it besides the application's owner or team. */
  readonly ownerIds: readonly string[];
  /** The guilds that it is registered in; everywhere when there is none. */
  readonly commandGuildIds: readonly string[];
}

/** Makes the piece of `/telemetry`. It checks the owner itself: a denied precondition gets no answer, or two where the bot answers denials. */
export function telemetryCommand({
  ownerIds,
  commandGuildIds
}: TelemetryCommandOptions): new (context: Command.LoaderContext, options: Command.Options) => Command {
  return class TelemetryCommand extends Command {
    readonly #owners = new Owners(this.container.client, ownerIds);

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
      await interaction.editReply(allowed ? await answer(interaction) : { content: REFUSAL });
    }
  };
}
