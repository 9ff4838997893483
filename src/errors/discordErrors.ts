import { Collection, DiscordjsErrorCodes as Client, RESTJSONErrorCodes as Answer } from 'discord.js';
import type { ErrorType } from '../events/errorTypes.ts';

/** By discord.js's own codes: what a bot meets while it runs. The others are mistakes in its code or its settings. */
const CLIENT_TYPES = new Map<unknown, ErrorType>([
  [Client.InteractionCollectorError, 'user_timeout'],
  [Client.InteractionAlreadyReplied, 'already_replied'],
  [Client.GuildMembersTimeout, 'discord_unavailable'],
  [Client.GuildSoundboardSoundsTimeout, 'discord_unavailable'],
  [Client.InviteNotFound, 'not_found'],
  [Client.UserNoDMChannel, 'not_found'],
  [Client.FileNotFound, 'not_found'],
  [Client.InviteResolveCode, 'invalid_input'],
  [Client.MissingManageGuildExpressionsPermission, 'bot_permission_missing'],
  [Client.MissingManageEmojisAndStickersPermission, 'bot_permission_missing'],
  [Client.GuildOwned, 'bot_permission_missing'],
  [Client.EmojiManaged, 'bot_permission_missing']
]);

/** By Discord's JSON error codes, besides whole ranges of them (`fromNumber`). */
const ANSWER_TYPES = new Map<unknown, ErrorType>([
  [Answer.UnknownInteraction, 'interaction_expired'],
  [Answer.UnknownWebhook, 'interaction_expired'],
  [Answer.InvalidWebhookToken, 'interaction_expired'],
  [Answer.InteractionHasAlreadyBeenAcknowledged, 'already_replied'],
  ...each('bot_permission_missing', [
    Answer.MissingAccess,
    Answer.MissingPermissions,
    Answer.CannotSendMessagesToThisUser,
    Answer.CannotSendMessagesToThisUserDueToHavingNoMutualGuilds,
    Answer.CannotReplyWithoutPermissionToReadMessageHistory,
    Answer.CannotReferenceAMessageWithoutPermissionToReadMessageHistory,
    Answer.CannotForwardMessageWithUnreadableContent,
    Answer.ExplicitContentCannotBeSentToTheDesiredRecipient,
    Answer.NotAuthorizedToPerformThisActionOnThisApplication,
    Answer.CannotEditMessageAuthoredByAnotherUser,
    Answer.CannotExecuteActionOnDMChannel,
    Answer.CannotExecuteActionOnSystemMessage,
    Answer.CannotExecuteActionOnThisChannelType,
    Answer.CannotSendMessagesInNonTextChannel,
    Answer.ChannelVerificationLevelTooHighForYouToGainAccess,
    Answer.InvalidMFALevel,
    Answer.TwoFactorAuthenticationIsRequired,
    Answer.InvalidActionOnArchivedThread,
    Answer.ThreadLocked,
    Answer.YouCannotSendVoiceMessagesInThisChannel,
    Answer.YouDoNotHavePermissionToSendThisSticker,
    Answer.ReactionWasBlocked,
    Answer.SendMessagesHasBeenTemporarilyDisabled,
    Answer.AccessToFileUploadsHasBeenLimitedForThisGuild
  ]),
  ...each('limit_reached', [
    Answer.ThisInteractionHasHitTheMaximumNumberOfFollowUpMessages,
    Answer.MaximumActiveThreads,
    Answer.MaximumActiveAnnouncementThreads,
    Answer.TheChannelsForThisGuildAreTooLarge
  ]),
  ...each('content_blocked', [
    Answer.MessageWasBlockedByAutomaticModeration,
    Answer.TitleWasBlockedByAutomaticModeration,
    Answer.MessageBlockedByHarmfulLinksFilter,
    Answer.StageTopicServerNameServerDescriptionOrChannelNamesContainDisallowedWords
  ]),
  ...each('rate_limited', [
    Answer.ActionCannotBePerformedDueToSlowmodeRateLimit,
    Answer.AnnouncementEditLimitExceeded,
    Answer.ChannelSendRateLimit,
    Answer.ServerSendRateLimit,
    Answer.OpeningDirectMessagesTooFast,
    Answer.ServiceResourceIsBeingRateLimited
  ]),
  ...each('discord_unavailable', [
    Answer.APIResourceOverloaded,
    Answer.FeatureTemporarilyDisabledServerSide,
    Answer.CloudflareIsBlockingYourRequest,
    Answer.IndexNotYetAvailable,
    Answer.ApplicationNotYetAvailable
  ]),
  ...each('not_found', [Answer.TargetUserIsNotConnectedToVoice, Answer.InviteCodeInvalidOrTaken, Answer.UploadedFileNotFound]),
  // What a user gave to the bot, and the bot to Discord.
  ...each('invalid_input', [
    Answer.RequestEntityTooLarge,
    Answer.FileUploadedExceedsMaximumSize,
    Answer.InvalidFileUploaded,
    Answer.ProvidedFileIsInvalid,
    Answer.ProvidedFileTypeIsInvalid,
    Answer.OneOfTheMessagesProvidedWasTooOldForBulkDelete,
    Answer.SpecifiedEmojiIsInvalid,
    Answer.FailedToResizeAssetBelowTheMaximumSize
  ])
]);

/** The type of an error of discord.js; `undefined` for any other. Errors are known by their names: there may be several copies of their classes. */
export function fromDiscord(error: Record<string, unknown>): ErrorType | undefined {
  // What `awaitMessages` and `awaitReactions` reject with, when nobody has answered in time.
  if (error instanceof Collection) return 'user_timeout';
  const { name, code, status, requestBody } = error;
  if (typeof name !== 'string') return undefined;
  if (name.startsWith('RateLimitError')) return 'rate_limited';
  // Other clients call theirs HTTPError too; only Discord's keeps the body that was sent.
  if (name.startsWith('HTTPError') && requestBody !== undefined) return 'discord_unavailable';
  // discord.js has the code in the name of its own errors: a code alone could be anyone's.
  if (name.endsWith(`[${String(code)}]`) && CLIENT_TYPES.has(code)) return CLIENT_TYPES.get(code);
  if (!name.startsWith('DiscordAPIError')) return undefined;
  const type = ANSWER_TYPES.get(code) ?? fromNumber(code);
  if (type !== undefined) return type;
  if (status === 429) return 'rate_limited';
  return typeof status === 'number' && status >= 500 ? 'discord_unavailable' : 'unexpected_error';
}

/** Discord's codes from 10001 on say that something is unknown, those from 30001 on that there are too many of something. */
function fromNumber(code: unknown): ErrorType | undefined {
  if (typeof code !== 'number') return undefined;
  if (code > 10_000 && code < 11_000) return 'not_found';
  return code > 30_000 && code < 31_000 ? 'limit_reached' : undefined;
}

function each(type: ErrorType, codes: readonly Answer[]): [Answer, ErrorType][] {
  return codes.map((code) => [code, type]);
}
