import { container, type Args, type Command } from '@sapphire/framework';
import type { AutocompleteInteraction, ChatInputCommandInteraction, ContextMenuCommandInteraction } from 'discord.js';
import { normalize } from '../../events/codeName.ts';
import { PIECE, type PieceRun } from '../../events/runDescription.ts';
import { folderFeature, pieceName } from '../describePiece.ts';

/** By command, and by the name it is called by and the subcommand path: it is asked for at every run, and never changes. */
const known = new WeakMap<Command, Map<string, PieceRun | undefined>>();

/**
 * What a run of a command is called; `undefined` when it is left out. Every part comes from the code of the bot.
 * @param name what it is called by there. Default: the name of its piece.
 */
export function describeCommand(command: Command, path: readonly string[], name = command.rawName): PieceRun | undefined {
  const descriptions = known.get(command) ?? new Map<string, PieceRun | undefined>();
  known.set(command, descriptions);
  const key = [name, ...path].join('/');
  if (!descriptions.has(key)) descriptions.set(key, describe(command, path, name));
  return descriptions.get(key);
}

function describe(command: Command, path: readonly string[], name: string): PieceRun | undefined {
  // A command that one can't edit is named in the client options.
  const declared = ownValue(container.client.options.telemetry?.commands, command.name) ?? command.options.telemetry;
  if (declared === false) return undefined;
  const own = ownValue(declared?.subcommands, path.join('/'));
  if (own === false) return undefined;
  return {
    surface: 'discord',
    feature: own?.feature ?? declared?.feature ?? folderFeature(command.fullCategory) ?? command.rawName,
    operation: own?.operation ?? declared?.operation ?? [name, ...path].join('_'),
    provider: own?.provider ?? declared?.provider,
    [PIECE]: pieceName(command)
  };
}

/**
 * The name of a context menu, where its command has another one besides; the name of the piece otherwise. Only a name that the code has registered
 * is one.
 */
export function menuName(command: Command, { commandName }: Pick<ContextMenuCommandInteraction, 'commandName'>): string {
  const { chatInputCommands, contextMenuCommands } = command.applicationCommandRegistry;
  if (!contextMenuCommands.has(commandName)) return command.rawName;
  const menu = normalize(commandName);
  // Ids that Discord gave, or that the bot hints at, stand among the names.
  const names = [...chatInputCommands, ...contextMenuCommands].filter((name) => !/^\d+$/.test(name));
  return names.some((name) => normalize(name) !== menu) ? commandName : command.rawName;
}

/** What an object of names has of its own by this one: a command may be called `constructor`, too. */
function ownValue<T>(names: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return names !== undefined && Object.hasOwn(names, name) ? names[name] : undefined;
}

/** The subcommand path of an interaction, as `['group', 'preset']`: the names that the bot registered with Discord. */
export function interactionPath({ options }: ChatInputCommandInteraction | AutocompleteInteraction): string[] {
  return [options.getSubcommandGroup(false), options.getSubcommand(false)].filter((name) => name !== null);
}

/** A subcommand of @sapphire/plugin-subcommands, as far as its name goes. */
interface Mapping {
  readonly type?: 'method' | 'group';
  readonly name: string;
  readonly default?: boolean;
  readonly entries?: readonly Mapping[];
}

/** The paths of all subcommands of @sapphire/plugin-subcommands. */
export function mappedPaths(command: Command): string[][] {
  return mappingsOf(command).flatMap(({ type, name, entries = [] }) =>
    type === 'group' ? entries.map((entry) => [name, entry.name]) : [[name]]
  );
}

function mappingsOf(command: Command): readonly Mapping[] {
  return (command as { parsedSubcommandMappings?: readonly Mapping[] }).parsedSubcommandMappings ?? [];
}

/**
 * The path of the subcommand that a message asks for. What was written is only compared with the names in code: the path holds those, and
 * nothing of the message.
 */
export function messagePath(command: Command, args: unknown): string[] {
  const mappings = mappingsOf(command);
  if (mappings.length === 0 || !isArgs(args)) return [];
  args.save();
  const written = [args.nextMaybe().unwrapOr(''), args.nextMaybe().unwrapOr('')] as const;
  args.restore();
  const [first, second] = (command as { caseInsensitiveSubcommands?: boolean }).caseInsensitiveSubcommands
    ? [written[0].toLowerCase(), written[1].toLowerCase()]
    : written;
  const method = mappings.find(({ type, name }) => type !== 'group' && name === first);
  if (method !== undefined) return [method.name];
  const group = mappings.find(({ type, name }) => type === 'group' && name === first);
  const entry = group?.entries?.find(({ name }) => name === second) ?? group?.entries?.find((one) => one.default);
  if (group !== undefined && entry !== undefined) return [group.name, entry.name];
  const fallback = mappings.find((one) => one.default);
  return fallback === undefined ? [] : [fallback.name];
}

function isArgs(args: unknown): args is Args {
  return typeof (args as Args | null)?.nextMaybe === 'function' && typeof (args as Args).save === 'function';
}
