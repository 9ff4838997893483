import type { Surface } from '../schema/closedLists.ts';

/** What code says of a run before it begins. The names come from code, never from what anyone wrote. */
export interface RunDescription {
  /** Where it runs. */
  readonly surface: Surface;
  /** The part of the bot, as `generator`. */
  readonly feature: string;
  /** What is done in it, as `preset`. */
  readonly operation: string;
  /** The outside service that is asked, as `alttpr`. Default: none. */
  readonly provider?: string | null | undefined;
  /** The id of the guild it runs in. It is hashed at once and kept nowhere. Default: none. */
  readonly guildId?: string | null | undefined;
}

/** What a piece says of its runs where it is declared: the rest is what its names and its folder say. */
export interface DeclaredNames {
  /** The part of the bot, as `generator`. */
  readonly feature?: string;
  /** What is done in it, as `preset`. */
  readonly operation?: string;
  /** The outside service that is asked, as `alttpr`. Default: none. */
  readonly provider?: string;
}

/** The piece of Sapphire's whose run it is, as the log calls it: `commands/roll`. A symbol, since nothing that a user sends can have one. */
export const PIECE = Symbol('piece');

/** A run whose names are those of a piece and its folders: what does not fit is not refused, but made to fit. */
export interface PieceRun extends RunDescription {
  readonly [PIECE]?: string;
}
