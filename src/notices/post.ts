import {
  DiscordAPIError,
  HTTPError,
  RateLimitError,
  Routes,
  type APIDMChannel,
  type RawFile,
  type REST,
  type RESTGetCurrentApplicationResult,
  type RESTPostAPIChannelMessageJSONBody
} from 'discord.js';

/** A message in Discord's own words, and what is attached to it. */
export interface NoticeMessage {
  readonly body: RESTPostAPIChannelMessageJSONBody;
  readonly files?: readonly RawFile[];
}

const CLOSED =
  'the owner takes no direct messages of the bot: let them share a server with it and allow messages from its members, or name a channel';

/** What to do, by Discord's own numbers: an older discord.js has no names for some. */
const REMEDIES: Readonly<Record<string | number, string>> = {
  10_003: 'there is no such channel: set TELEMETRY_NOTIFY to another one',
  50_001: 'the bot may not see that channel',
  50_007: CLOSED,
  50_013: 'the bot may not send messages, with embeds and files, in that channel',
  50_278: CLOSED
};

/** A message was not sent. The message of the error says why, and repeats nothing of what Discord says but its numbers. */
export class PostError extends Error {
  override readonly name = 'PostError';
  /** Whether the answer would be the same again. */
  readonly isFinal: boolean;

  constructor(cause: unknown) {
    super(reasonOf(cause), { cause });
    this.isFinal = cause instanceof DiscordAPIError;
  }
}

function reasonOf(cause: unknown): string {
  if (cause instanceof RateLimitError) return 'Discord limits how often the bot may write';
  if (cause instanceof HTTPError) return `Discord answers ${cause.status}`;
  if (!(cause instanceof DiscordAPIError)) return 'Discord does not answer';
  const remedy = REMEDIES[cause.code];
  return `Discord answers ${cause.status}, code ${cause.code}${remedy === undefined ? '' : ` (${remedy})`}`;
}

/**
 * Sends a message that mentions nobody.
 * @param to `owner`, or the id of a channel.
 * @throws {PostError}
 */
export async function post(rest: REST, to: string, { body, files = [] }: NoticeMessage, signal: AbortSignal): Promise<void> {
  try {
    const channelId = to === 'owner' ? await openDirectMessage(rest, signal) : to;
    const message = { ...body, allowed_mentions: { parse: [] } };
    await rest.post(Routes.channelMessages(channelId), { body: message, files: [...files], signal });
  } catch (error) {
    throw new PostError(error);
  }
}

/** The channel of direct messages to the application's owner, or to that of its team. */
async function openDirectMessage(rest: REST, signal: AbortSignal): Promise<string> {
  const { owner, team } = (await rest.get(Routes.currentApplication(), { signal })) as RESTGetCurrentApplicationResult;
  const body = { recipient_id: team?.owner_user_id ?? owner?.id };
  const { id } = (await rest.post(Routes.userChannels(), { body, signal })) as APIDMChannel;
  return id;
}
