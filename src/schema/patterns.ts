import { ACTIONS, SURFACES } from './closedLists.ts';

/*
 * What the texts of an event look like. Discord's ids have 17 digits or more, so no text passes that holds 15 digits of any script, whatever
 * stands between them. In the name of an event those of its feature and of its operation count together.
 */

/** The longest feature, error type and provider. */
export const MAX_SEGMENT = 64;
/** The longest operation: a command, a group and a subcommand of 32 each, and what joins them. */
export const MAX_OPERATION = 98;

const nameWithin = (longest: number): string => String.raw`[\p{L}\p{N}_][\p{L}\p{M}\p{N}_]{0,${longest - 1}}`;
const NAME = nameWithin(MAX_SEGMENT);
const OPERATION_NAME = nameWithin(MAX_OPERATION);
const FEW_DIGITS = String.raw`(?!(?:\P{N}*\p{N}){15})`;

/** A feature or an error type: letters of any script, digits and underscores, never a dot. */
export const SEGMENT = new RegExp(`^${FEW_DIGITS}${NAME}$`, 'u');
export const OPERATION = new RegExp(`^${FEW_DIGITS}${OPERATION_NAME}$`, 'u');
/** `surface.feature.operation.action`. */
export const EVENT_NAME = new RegExp(
  String.raw`^${FEW_DIGITS}(?:${SURFACES.join('|')})\.${NAME}\.${OPERATION_NAME}\.(?:${ACTIONS.join('|')})$`,
  'u'
);
/** Features with their surfaces, as `discord.daily discord.generator`. The digits of each count by themselves. */
const FEATURE = String.raw`(?:${SURFACES.join('|')})\.(?!(?:[^\p{N} ]*\p{N}){15})${NAME}`;
export const FEATURES = new RegExp(`^${FEATURE}(?: ${FEATURE})*$`, 'u');
/** How many runs each bucket of durations holds, as `57:12 58:3`. */
const BUCKET = String.raw`(?:\d|[1-9]\d|1\d\d|200):[1-9]\d{0,9}`;
export const BUCKETS = new RegExp(`^${BUCKET}(?: ${BUCKET})*$`);
/** No text passes that holds 15 digits. */
export const HAS_FEW_DIGITS = new RegExp(`^${FEW_DIGITS}`, 'u');
const PROVIDER_NAME = String.raw`[\p{L}\p{N}_][\p{L}\p{M}\p{N}_.-]{0,${MAX_SEGMENT - 1}}`;
/** A provider: as a segment, and dots and hyphens as in a host name. Without any letter it would be an address. */
export const PROVIDER = new RegExp(String.raw`^${FEW_DIGITS}(?=.*\p{L})${PROVIDER_NAME}$`, 'u');
/** What a notice is about: the week, `provider.` and a provider, or an operation as `surface.feature.operation`. */
export const NOTICE_NAME = new RegExp(
  String.raw`^${FEW_DIGITS}(?:week|provider\.${PROVIDER_NAME}|(?:${SURFACES.join('|')})\.${NAME}\.${OPERATION_NAME})$`,
  'u'
);
export const DAY = /^\d{4}-\d{2}-\d{2}$/;
export const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
export const GUILD_HASH = /^[0-9a-f]{64}$/;
/** An id of Discord's. */
export const SNOWFLAKE = /^\d{17,20}$/;
/** What Discord lets a command be called, besides that it takes no upper case. */
export const COMMAND_NAME = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;
