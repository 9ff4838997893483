import { describe, expect, test } from '@jest/globals';
import { Collection, DiscordjsError, DiscordjsErrorCodes, HTTPError, RateLimitError } from 'discord.js';
import { classify, discordError } from './classify.ts';

/** An error of discord.js itself, with a message that means something else. */
function discordjsError(code: keyof typeof DiscordjsErrorCodes): Error {
  const Made = DiscordjsError as unknown as new (code: string, reason: string) => Error;
  return new Made(DiscordjsErrorCodes[code], 'time');
}

function rateLimit(): RateLimitError {
  return new RateLimitError({
    timeToReset: 1,
    limit: 1,
    method: 'POST',
    hash: 'h',
    url: 'https://discord.com/api/v10/x',
    route: '/channels/:id/messages',
    majorParameter: '1',
    global: false,
    retryAfter: 1,
    sublimitTimeout: 0,
    scope: 'user'
  });
}

describe('an error of Discord', () => {
  test.each([
    ['an unknown interaction', discordError(10_062, 404), 'timeout interaction_expired'],
    ['an unknown webhook', discordError(10_015, 404), 'timeout interaction_expired'],
    ['an invalid webhook token', discordError(50_027, 401), 'timeout interaction_expired'],
    ['an interaction that was answered already', discordError(40_060, 400), 'error already_replied'],
    ['a second reply', discordjsError('InteractionAlreadyReplied'), 'error already_replied'],
    ['a form or a component that a user let lapse', discordjsError('InteractionCollectorError'), 'timeout user_timeout'],
    ['messages or reactions that did not come', new Collection(), 'timeout user_timeout'],
    ['a member who is none', discordError(10_007, 404), 'error not_found'],
    ['a message that is gone', discordError(10_008, 404), 'error not_found'],
    ['a limit of Discord', discordError(30_010, 400), 'error limit_reached'],
    ['a message that moderation blocked', discordError(200_000, 400), 'error content_blocked'],
    ['slow mode', discordError(20_016, 400), 'error rate_limited'],
    ['a file that is too large', discordError(40_005, 413), 'error invalid_input'],
    ['an archived thread', discordError(50_083, 400), 'error bot_permission_missing'],
    ['members that did not come in time', discordjsError('GuildMembersTimeout'), 'error discord_unavailable'],
    ['a mistake in the code of the bot', discordjsError('InvalidType'), 'error unexpected_error'],
    ['of another library that has the same code', Object.assign(new Error('x'), { code: 'FileNotFound' }), 'error unexpected_error'],
    ['missing access', discordError(50_001, 403), 'error bot_permission_missing'],
    ['missing permissions', discordError(50_013, 403), 'error bot_permission_missing'],
    ['a user who takes no messages', discordError(50_007, 403), 'error bot_permission_missing'],
    ['an invalid form body', discordError(50_035, 400), 'error unexpected_error'],
    ['a rate limit in an answer', discordError(0, 429), 'error rate_limited'],
    ['an internal error with a code', discordError(0, 503), 'error discord_unavailable'],
    ['a rate limit that the client keeps', rateLimit(), 'error rate_limited'],
    [
      'a server error',
      new HTTPError(500, 'Internal Server Error', 'GET', 'https://discord.com/api/v10/x', { body: undefined, files: undefined }),
      'error discord_unavailable'
    ]
  ])('that is %s', (_, error, expected) => {
    expect(classify(error)).toBe(expected);
  });
});
