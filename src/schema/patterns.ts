/*
 * What the texts of an event look like. Discord's ids have 17 digits or more, so a name never passes that holds 15 digits of any script with no
 * letter between them.
 */

/** The source of a look-ahead that fails where 15 digits stand together, parted at most by signs of `between`. */
const noLongNumber = (between: string): string => String.raw`(?!.*\p{N}(?:[${between}]*\p{N}){14})`;

const NAME = String.raw`[\p{L}\p{N}_][\p{L}\p{M}\p{N}_]{0,63}`;

/** A feature, an operation or an error type: letters of any script, digits and underscores, never a dot. */
export const SEGMENT = new RegExp(String.raw`^${noLongNumber(String.raw`\p{M}_`)}${NAME}$`, 'u');
/** A provider: as a segment, and dots and hyphens as in a host name. Without any letter it would be an address. */
export const PROVIDER = new RegExp(
  String.raw`^${noLongNumber(String.raw`\p{M}_.\-`)}(?=.*\p{L})[\p{L}\p{N}_][\p{L}\p{M}\p{N}_.\-]{0,63}$`,
  'u'
);
export const DAY = /^\d{4}-\d{2}-\d{2}$/;
export const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
export const GUILD_HASH = /^[0-9a-f]{64}$/;
/** An id of Discord's. */
export const SNOWFLAKE = /^\d{17,20}$/;

/** The pattern of a text that joins one of each list, or a name where there is no list, by dots. */
export function dotted(...parts: readonly (readonly string[] | undefined)[]): RegExp {
  const sources = parts.map((values) => (values === undefined ? NAME : `(?:${values.join('|')})`));
  return new RegExp(String.raw`^${noLongNumber(String.raw`\p{M}_`)}${sources.join(String.raw`\.`)}$`, 'u');
}
