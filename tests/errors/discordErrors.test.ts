import { describe, expect, test } from '@jest/globals';
import { HTTPError, RateLimitError } from 'discord.js';
import { classify, discordError } from './classify.ts';

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
    ['an interaction that was answered already', discordError(40_060, 400), 'timeout interaction_expired'],
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
