import { ACTIONS, SURFACES } from './closedLists.ts';

/*
 * What the texts of an event look like. Discord's ids have 17 digits or more, so a name never passes that holds 15 digits of any script with no
 * letter between them.
 */

const NAME = String.raw`[\p{L}\p{N}_][\p{L}\p{M}\p{N}_]{0,63}`;
const NO_LONG_NUMBER = String.raw`(?!.*\p{N}(?:[\p{M}_]*\p{N}){14})`;

/** A feature, an operation or an error type: letters of any script, digits and underscores, never a dot. */
export const SEGMENT = new RegExp(`^${NO_LONG_NUMBER}${NAME}$`, 'u');
/** `surface.feature.operation.action`. */
export const EVENT_NAME = new RegExp(
  String.raw`^${NO_LONG_NUMBER}(?:${SURFACES.join('|')})\.${NAME}\.${NAME}\.(?:${ACTIONS.join('|')})$`,
  'u'
);
/** A provider: as a segment, and dots and hyphens as in a host name. Without any letter it would be an address. */
export const PROVIDER = /^(?!.*\p{N}(?:[\p{M}_.-]*\p{N}){14})(?=.*\p{L})[\p{L}\p{N}_][\p{L}\p{M}\p{N}_.-]{0,63}$/u;
export const DAY = /^\d{4}-\d{2}-\d{2}$/;
export const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
export const GUILD_HASH = /^[0-9a-f]{64}$/;
/** An id of Discord's. */
export const SNOWFLAKE = /^\d{17,20}$/;
/** What Discord lets a command be called, besides that it takes no upper case. */
export const COMMAND_NAME = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;
