import type { Piece } from '@sapphire/framework';
import { normalize } from '../events/codeName.ts';
import { PIECE, type DeclaredNames, type PieceRun, type RunDescription } from '../events/runDescription.ts';

/** A piece with its option `telemetry`. */
interface DeclaringPiece extends Pick<Piece, 'name' | 'store' | 'location'> {
  readonly options: Piece.Options & { readonly telemetry?: DeclaredNames | false };
}

/** What a piece's runs are called: what it declares, and else `defaults`; `undefined` when it is left out. */
export function describePiece(piece: DeclaringPiece, defaults: RunDescription): PieceRun | undefined {
  const { telemetry } = piece.options;
  if (telemetry === false) return undefined;
  return {
    ...defaults,
    feature: telemetry?.feature ?? defaults.feature,
    operation: telemetry?.operation ?? defaults.operation,
    provider: telemetry?.provider ?? defaults.provider,
    [PIECE]: pieceName(piece)
  };
}

/**
 * The same of a piece that is called by its file: the feature is its folder. One that has none is a feature of its own, and what it does is called by
 * its kind, which keeps a button and a command of one name apart.
 */
export function describeByFile(piece: DeclaringPiece, kind: string, guildId: string | null = null): PieceRun | undefined {
  const { name, location, options } = piece;
  const declared = options.telemetry === false ? undefined : options.telemetry?.feature;
  const feature = declared ?? folderFeature(location.directories);
  const names = feature === undefined ? { feature: name, operation: kind } : { feature, operation: name };
  return describePiece(piece, { surface: 'discord', ...names, guildId });
}

/** As the log calls it, by its name in code. */
export function pieceName({ store, name }: Pick<Piece, 'name' | 'store'>): string {
  return `${store.name}/${name}`;
}

/** Folders that say what kind of piece is in them, and not which part of the bot. */
const KINDS = new Set(
  [
    'commands slash slash_commands context_menu context_menus message_commands subcommands',
    'interaction_handlers interactions handlers components button buttons select_menu select_menus modal modals autocomplete',
    'listeners scheduled_tasks'
  ].flatMap((names) => names.split(' '))
);

/** The topmost folder that names a part of the bot. */
export function folderFeature(folders: readonly string[]): string | undefined {
  return folders.find((folder) => !KINDS.has(normalize(folder)));
}
