import { describe, expect, test } from '@jest/globals';
import { UserError } from '@sapphire/framework';
import { DiscordAPIError } from 'discord.js';
import { ErrorClassifier, type ClassifyError } from '../../src/errors/errorClassifier.ts';
import { ERROR_TYPES } from '../../src/events/errorTypes.ts';
import { SEGMENT } from '../../src/schema/patterns.ts';
import { classify, discordError, trap, UNEXPECTED } from './classify.ts';

describe('a chain of causes', () => {
  const coded = Object.assign(new Error('x'), { code: 'ECONNREFUSED' });
  /** So many errors, of which the innermost alone says what happened. */
  const chain = (length: number): unknown => {
    let error: unknown = coded;
    for (let link = 1; link < length; link += 1) error = new Error(`link ${link}`, { cause: error });
    return error;
  };

  test('is followed to the first link that says what happened', () => {
    expect(classify(chain(3))).toBe('error provider_unavailable');
    expect(classify(new UserError({ identifier: 'invalidPreset' }))).toBe('error invalid_preset');
    expect(classify(Object.assign(new Error('x', { cause: coded }), { status: 404 }))).toBe('error not_found');
  });

  test('is followed so far and no farther', () => {
    expect([8, 9, 100_000].map((length) => classify(chain(length)))).toEqual([
      'error provider_unavailable',
      'error unexpected_error',
      'error unexpected_error'
    ]);
  });

  test('may lead back to its beginning', () => {
    const [a, b] = [new Error('a'), new Error('b')];
    a.cause = b;
    b.cause = a;
    expect(classify(a)).toBe('error unexpected_error');
    a.cause = a;
    expect(classify(a)).toBe('error unexpected_error');
  });

  test.each([['a string'], [404], [undefined], [null], [Symbol('timeout')]])('may end in %p', (cause) => {
    expect(classify(new Error('x', { cause }))).toBe('error unexpected_error');
  });
});

describe('whatever is thrown', () => {
  const traps = { get: trap, has: trap, getPrototypeOf: trap, ownKeys: trap, getOwnPropertyDescriptor: trap };
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();

  test.each([
    ['undefined', undefined],
    ['null', null],
    ['a text', 'ETIMEDOUT'],
    ['a number', 404],
    ['a bigint', 404n],
    ['a symbol', Symbol('timeout')],
    ['a boolean', false],
    ['a function', () => 'timeout'],
    ['a class', class TimeoutException extends Map {}],
    ['an array', ['ETIMEDOUT', 404]],
    ['an object without a prototype', Object.create(null)],
    ['an error with getters that throw', Object.defineProperties(new Error('x'), { name: { get: trap }, code: { get: trap } })],
    ['an error whose cause throws', Object.defineProperty(new Error('x'), 'cause', { get: trap })],
    ['a proxy that throws at everything', new Proxy(new Error('x'), traps)],
    ['a function that is such a proxy', new Proxy(() => undefined, traps)],
    ['a revoked proxy', revoked.proxy],
    ['an error whose cause is a revoked proxy', new Error('x', { cause: revoked.proxy })],
    ['an error with the name of a method of all objects', Object.assign(new Error('x'), { name: 'constructor', code: 'toString' })],
    ['a user error with such an identifier', Object.assign(new Error('x'), { name: 'Error', identifier: '__proto__' })]
  ])('%s is an unexpected error', (_, thrown) => {
    expect(new ErrorClassifier().fromError(thrown)).toEqual(UNEXPECTED);
  });

  test.each([
    'timeout',
    'ETIMEDOUT',
    '429 rate limited',
    'Unknown interaction',
    'Missing Permissions',
    'provider_timeout',
    'not found (404)'
  ])('a message of "%s" tells nothing', (message) => {
    for (const error of [new Error(message), new TypeError(message), Object.assign(new Error(message), { stack: message })])
      expect(new ErrorClassifier().fromError(error)).toEqual(UNEXPECTED);
  });
});

describe("a bot's own error types", () => {
  class SeedLocked extends Error {}
  const errorTypes = { 'Seed Locked': true, 'race-over': true } as const;

  test('are given by its classifier, in any spelling, and mean an error', () => {
    const errors = new ErrorClassifier({ errorTypes, classify: (error) => (error instanceof SeedLocked ? 'SEED-locked' : undefined) });
    expect(errors.fromError(new SeedLocked())).toEqual({ status: 'error', errorType: 'seed_locked' });
    expect(errors.fromType('race over')).toEqual({ status: 'error', errorType: 'race_over' });
    expect(errors.replaced).toBe(0);
  });

  test("are found by the identifier of a Sapphire error, and otherwise leave the plugin's decision alone", () => {
    const errors = new ErrorClassifier({ errorTypes });
    expect(errors.fromError(new UserError({ identifier: 'SeedLocked' })).errorType).toBe('seed_locked');
    expect(errors.fromError(new UserError({ identifier: 'SeedLost' })).errorType).toBe('invalid_input');
    expect(errors.fromError(discordError(50_013, 403)).errorType).toBe('bot_permission_missing');
  });

  test("win over the plugin's own decision, which stands where the classifier answers nothing", () => {
    const errors = new ErrorClassifier({
      errorTypes,
      classify: (error) => (error instanceof DiscordAPIError && error.code === 50_013 ? 'race_over' : undefined)
    });
    expect(errors.fromError(discordError(50_013, 403))).toEqual({ status: 'error', errorType: 'race_over' });
    expect(errors.fromError(discordError(10_062, 404))).toEqual({ status: 'timeout', errorType: 'interaction_expired' });
    const one = new ErrorClassifier({ classify: () => 'provider_timeout' });
    expect(one.fromError(1)).toEqual({ status: 'timeout', errorType: 'provider_timeout' });
  });

  test('that nobody declared become unexpected errors, and are counted', () => {
    const errors = new ErrorClassifier({ errorTypes, classify: String });
    for (const undeclared of ['hunter2', 'seed.locked', '123456789012345678', 'constructor', '', 'x'.repeat(1000)])
      expect(errors.fromError(undeclared)).toEqual(UNEXPECTED);
    expect(errors.replaced).toBe(6);
    expect(errors.fromType('never heard of')).toEqual(UNEXPECTED);
    expect(errors.replaced).toBe(7);
  });

  test.each<[string, () => unknown]>([
    ['a symbol', () => Symbol('race_over')],
    ['an object', () => ({ toString: () => 'race_over' })],
    ['an object that cannot be made a text', () => ({ toString: trap })],
    ['a promise', async () => 'race_over'],
    ['a number', () => 404]
  ])('are texts: when a classifier answers %s, it is an unexpected error', (_, answer) => {
    expect(new ErrorClassifier({ errorTypes, classify: answer as ClassifyError }).fromError(new Error('x'))).toEqual(UNEXPECTED);
  });

  test("are left to the plugin's own decision by a classifier that throws, and the bot can hear of it", () => {
    let heard = 0;
    const errors = new ErrorClassifier({ errorTypes, classify: trap, onOwnError: () => (heard += 1) });
    expect(errors.fromError(discordError(10_062, 404))).toEqual({ status: 'timeout', errorType: 'interaction_expired' });
    expect(errors.fromError(new Error('x'))).toEqual(UNEXPECTED);
    expect(heard).toBe(2);
  });
});

test('every error type of the plugin is a name that may be stored', () => {
  for (const [errorType, status] of Object.entries(ERROR_TYPES)) {
    expect(errorType).toMatch(SEGMENT);
    expect(new ErrorClassifier().fromType(errorType)).toEqual({ status, errorType });
  }
});
