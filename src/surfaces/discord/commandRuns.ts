import { container, type Command } from '@sapphire/framework';
import { ApplicationCommandOptionType } from 'discord.js';
import type { PieceRun } from '../../events/runDescription.ts';
import { describeCommand, mappedPaths, menuName } from './describeCommand.ts';

/** A part of what a command registers with Discord: a subcommand, a group of them, or an option. */
interface Registered {
  readonly type: ApplicationCommandOptionType;
  readonly name: string;
  readonly options?: readonly Registered[];
}

/** What a registry keeps of the calls with which it registers a command. */
interface ApiCalls {
  readonly apiCalls?: readonly { readonly builtData?: { readonly options?: readonly Registered[] } }[];
}

/** The runs that the commands of the bot may have: of each subcommand and each context menu, as far as it is mapped or registered. */
export function commandRuns(): PieceRun[] {
  return [...container.stores.get('commands').values()].flatMap((command) =>
    [...chatRuns(command), ...menuRuns(command)].filter((run) => run !== undefined)
  );
}

function chatRuns(command: Command): (PieceRun | undefined)[] {
  if (!command.supportsChatInputCommands() && !command.supportsMessageCommands()) return [];
  const paths = [...mappedPaths(command), ...registeredPaths(command)];
  return (paths.length === 0 ? [[]] : paths).map((path) => describeCommand(command, path));
}

/** Subcommands that a command registers, and takes apart by itself. */
function registeredPaths({ applicationCommandRegistry: registry }: Command): string[][] {
  const options = ((registry as unknown as ApiCalls).apiCalls ?? []).flatMap(({ builtData }) => builtData?.options ?? []);
  return options.flatMap((option) => {
    if (option.type === ApplicationCommandOptionType.Subcommand) return [[option.name]];
    if (option.type !== ApplicationCommandOptionType.SubcommandGroup) return [];
    return (option.options ?? []).map(({ name }) => [option.name, name]);
  });
}

function menuRuns(command: Command): (PieceRun | undefined)[] {
  if (!command.supportsContextMenuCommands()) return [];
  // Ids that Discord gave stand among the names.
  const names = [...command.applicationCommandRegistry.contextMenuCommands].filter((name) => !/^\d+$/.test(name));
  return names.map((commandName) => describeCommand(command, [], menuName(command, { commandName })));
}
