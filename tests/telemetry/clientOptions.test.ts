import { describe, expect, test } from '@jest/globals';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { SettingsError } from '../../config/settings.ts';
import { checkClientOptions } from '../../src/telemetry/clientOptions.ts';
import { TestMeter } from '../support/testMeter.ts';

class SeedLocked extends Error {}

/** What is said of options that are wrong; nothing of those that are right. */
function problemsOf(options: unknown): readonly string[] {
  try {
    checkClientOptions(options);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

describe('the client option telemetry', () => {
  test('takes all that it is declared to take', () => {
    for (const right of [
      {},
      {
        commands: undefined,
        excludeGuilds: undefined,
        errorTypes: undefined,
        classifyError: undefined,
        autocomplete: undefined,
        meter: undefined
      },
      {
        commands: { ping: false, alttpr: { feature: 'generator', provider: 'alttpr', subcommands: { 'admin/reset': false, preset: {} } } },
        excludeGuilds: ['811111111111111111'],
        errorTypes: { seed_locked: SeedLocked, 'Race Full': (error: unknown) => error === 1, 'race-over': true },
        classifyError: () => undefined,
        autocomplete: true,
        meter: new TestMeter().meter
      }
    ])
      expect({ right, problems: problemsOf(right) }).toEqual({ right, problems: [] });
  });

  test.each<[string, readonly unknown[]]>([
    ['commands', [[], 'ping', { ping: true }, { ping: { name: 'x' } }, { ping: { subcommands: { open: true } } }]],
    ['excludeGuilds', ['811111111111111111', 811111111111111111n, [811111111111111111n], new Set(['811111111111111111'])]],
    [
      'errorTypes',
      ['race_full', ['race_full'], { race_full: false }, { race_full: 'RaceFull' }, { race_full: {} }, { race_full: undefined }]
    ],
    ['classifyError', ['race_full', {}, null]],
    ['autocomplete', ['true', 1, null]],
    ['meter', ['bot', true, null, {}, new MeterProvider(), { createHistogram: true }]]
  ])('refuses any other %s, and says what it takes', (name, wrong) => {
    for (const value of wrong) {
      const problems = problemsOf({ [name]: value });
      expect({ value, problems }).toEqual({
        value,
        problems: [expect.stringMatching(`^the client option telemetry.${name} must be (an?|true) `)]
      });
    }
  });

  test('must have names as its error types', () => {
    for (const wrong of ['', 'a.b', 'what a user wrote!', '123456789012345678', 'x'.repeat(65)])
      expect(() => checkClientOptions({ errorTypes: { [wrong]: true } })).toThrow('telemetry.errorTypes');
    expect(() => checkClientOptions({ errorTypes: { 'Seed Locked': true, 'race-over': true } })).not.toThrow();
  });

  test('is told of all that is wrong at once, and what it does not know is not repeated', () => {
    const problems = problemsOf({ excludeGuilds: 1, autocomplete: 'yes', hunter2: 'hunter2' });
    expect(problems).toHaveLength(3);
    expect(problems).toContainEqual(expect.stringContaining('telemetry.excludeGuilds'));
    expect(problems).toContainEqual(expect.stringContaining('telemetry.autocomplete'));
    expect(problems.join()).toContain('takes commands, excludeGuilds, errorTypes, classifyError, autocomplete, meter, and nothing else');
    expect(problems.join()).not.toContain('hunter2');
  });

  test.each([null, 'on', 7, true, []])('must be an object, and not %j', (options) => {
    expect(problemsOf(options)).toEqual([expect.stringContaining('the client option telemetry takes commands, ')]);
  });
});
