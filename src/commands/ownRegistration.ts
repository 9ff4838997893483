import { ApplicationCommandRegistries, container, type ApplicationCommandRegistry, type Command } from '@sapphire/framework';
import type { SlashCommandBuilder } from 'discord.js';

interface OwnCommand {
  /** What it is called in Discord. */
  readonly commandName: string;
  /** The variable that calls it otherwise. */
  readonly variable: string;
  /** The guilds that it is registered in; everywhere when there is none. */
  readonly commandGuildIds: readonly string[];
  readonly define: (builder: SlashCommandBuilder) => SlashCommandBuilder;
}

/** Registers a command of ours in Discord once the bot has registered all of its own, and steps aside where the bot calls one of them so. */
export class OwnRegistration {
  #isLast = false;

  async register(piece: Command, registry: ApplicationCommandRegistry, own: OwnCommand): Promise<void> {
    const { commandName, variable, commandGuildIds, define } = own;
    if (!this.#isLast) {
      // Sapphire asks one command after the other, in the order of the store: the last one sees what all others are called.
      this.#isLast = true;
      piece.store.delete(piece.name);
      piece.store.set(piece.name, piece);
      return;
    }
    if (isTaken(commandName, registry)) {
      await piece.unload();
      container.logger.warn(
        `Telemetry: the bot has a command or an alias ${commandName} of its own, so there is none of telemetry. ` +
          `To have both, set ${variable} to another name`
      );
      return;
    }
    // It is found by that name even where Discord does not answer the registration.
    piece.store.aliases.set(commandName, piece);
    // Sapphire's own builder: it does not know one of another copy of the builders' package for what it is.
    registry.registerChatInputCommand(
      (builder) => define(builder.setName(commandName)),
      commandGuildIds.length > 0 ? { guildIds: [...commandGuildIds] } : {}
    );
  }
}

/** Whether the bot calls something else so: a piece, an alias, or an application command, whichever piece has registered it. */
function isTaken(name: string, own: ApplicationCommandRegistry): boolean {
  if (container.stores.get('commands').has(name)) return true;
  return [...ApplicationCommandRegistries.registries.values()].some(
    (registry) => registry !== own && (registry.chatInputCommands.has(name) || registry.contextMenuCommands.has(name))
  );
}
