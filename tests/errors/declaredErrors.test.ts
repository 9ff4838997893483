import { describe, expect, test } from '@jest/globals';
import { UserError } from '@sapphire/framework';
import type { ErrorMatcher } from '../../src/errors/declaredErrors.ts';
import type { ClassifyError } from '../../src/errors/errorClassifier.ts';
import type { ActiveTelemetry } from '../../src/telemetry/activeTelemetry.ts';
import type { TelemetryClientOptions } from '../../src/telemetry/clientOptions.ts';
import { storedEvents } from '../support/databases.ts';
import { ROLL, startTelemetry } from '../support/handClock.ts';
import { discordError, trap } from './classify.ts';

/** A run of this operation that throws `error`. */
async function throwIn(telemetry: ActiveTelemetry, operation: string, error: unknown): Promise<void> {
  const run = telemetry.track({ ...ROLL, operation }, async () => {
    throw error;
  });
  await run.catch(() => undefined);
}

/** The error types under which a bot with these options stores runs that throw these errors. */
async function storedTypes(options: TelemetryClientOptions, errors: readonly unknown[]): Promise<unknown[]> {
  await using started = await startTelemetry({ options });
  const { telemetry, database } = started;
  for (const [index, error] of errors.entries()) await throwIn(telemetry, `roll_${index}`, error);
  await telemetry.flush();
  const rows = await storedEvents(database);
  return errors.map((_, index) => rows.find((row) => row['event_name'] === `discord.seeds.roll_${index}.failure`)?.['error_type']);
}

class RaceFull extends Error {}

/** What an older compiler makes of a class that extends Error. */
function SeedLocked(): Error {
  return Object.setPrototypeOf(new Error('locked'), SeedLocked.prototype as object) as Error;
}
Object.setPrototypeOf(SeedLocked.prototype, Error.prototype);

function isMissing(error: unknown): boolean {
  return error === 404;
}

const INTERACTION_EXPIRED = discordError(10_062, 404);

describe('errorTypes', () => {
  test('with a class is the type of its instances, those of classes that extend it included', async () => {
    const errorTypes = { race_full: RaceFull };
    const errors = [new RaceFull(), new (class extends RaceFull {})(), new Error('x'), RaceFull, { name: 'RaceFull' }, null, undefined];
    expect(await storedTypes({ errorTypes }, errors)).toEqual(['race_full', 'race_full', ...Array<string>(5).fill('unexpected_error')]);
  });

  test('with a class that an older compiler made is the type of its instances', async () => {
    const errorTypes = { seed_locked: SeedLocked as unknown as ErrorMatcher };
    expect(await storedTypes({ errorTypes }, [SeedLocked(), new Error('x')])).toEqual(['seed_locked', 'unexpected_error']);
  });

  test('with a class that is no error is the type of its instances', async () => {
    class Refusal {
      readonly by = 'a race';
    }
    expect(await storedTypes({ errorTypes: { refusal: Refusal } }, [new Refusal(), {}])).toEqual(['refusal', 'unexpected_error']);
  });

  test('with a function is the type of the errors for which it returns true, and nothing else that is like true', async () => {
    const seen: unknown[] = [];
    const errors = [new RangeError('x'), 'a text', 404, undefined];
    const isStale = (error: unknown): boolean => {
      seen.push(error);
      return error instanceof RangeError || error === 404;
    };
    expect(await storedTypes({ errorTypes: { stale: isStale } }, errors)).toEqual([
      'stale',
      'unexpected_error',
      'stale',
      'unexpected_error'
    ]);
    expect(seen.map((error, index) => error === errors[index])).toEqual([true, true, true, true]);
    // A function of the older kind is no class.
    expect(await storedTypes({ errorTypes: { missing: isMissing } }, [404, 405])).toEqual(['missing', 'unexpected_error']);
    for (const answer of [1, 'true', {}, undefined, Promise.resolve(true)])
      expect(await storedTypes({ errorTypes: { stale: (() => answer) as unknown as ErrorMatcher } }, [404])).toEqual(['unexpected_error']);
  });

  test('with true is a type that fail names, and the identifier of a Sapphire error, and matches nothing else', async () => {
    const errors = [new Error('seed_missing'), new UserError({ identifier: 'SeedMissing' }), 'seed_missing', true];
    const errorTypes = { seed_missing: true } as const;
    expect(await storedTypes({ errorTypes }, errors)).toEqual(['unexpected_error', 'seed_missing', 'unexpected_error', 'unexpected_error']);

    await using started = await startTelemetry({ options: { errorTypes } });
    const { telemetry, database } = started;
    telemetry.track(ROLL, (run) => run.fail('seed_missing'));
    await telemetry.flush();
    expect((await storedEvents(database)).map((row) => row['error_type'])).toEqual(['seed_missing', null]);
  });

  test('that match the same error give the type that is declared first', async () => {
    const [race, error] = [RaceFull, (): boolean => true];
    expect(await storedTypes({ errorTypes: { race, error } }, [new RaceFull(), 1])).toEqual(['race', 'error']);
    expect(await storedTypes({ errorTypes: { error, race } }, [new RaceFull(), 1])).toEqual(['error', 'error']);
  });

  test('are asked before classifyError, and that before the plugin decides', async () => {
    const asked: unknown[] = [];
    const classifyError: ClassifyError = (error) => {
      asked.push(error);
      return error instanceof RangeError || error === INTERACTION_EXPIRED ? 'provider_error' : undefined;
    };
    const errorTypes = { race_full: RaceFull, late: (error: unknown) => error instanceof DOMException };
    const timeout = new DOMException('Timed out', 'TimeoutError');
    const errors = [new RaceFull(), timeout, new RangeError('x'), INTERACTION_EXPIRED, new UserError({ identifier: 'argsMissing' }), 1];
    expect(await storedTypes({ errorTypes, classifyError }, errors)).toEqual([
      'race_full',
      'late',
      'provider_error',
      'provider_error',
      'invalid_input',
      'unexpected_error'
    ]);
    expect(asked).toEqual(errors.slice(2));
    expect(await storedTypes({}, [timeout, INTERACTION_EXPIRED])).toEqual(['provider_timeout', 'interaction_expired']);
  });

  test('that match an error win over what caused it, and where none does the plugin looks at the causes', async () => {
    const options: TelemetryClientOptions = {
      errorTypes: {
        race_full: RaceFull,
        wrapped: (error) => error instanceof Error && error.cause === 404,
        seed_missing: true
      }
    };
    const caused = [
      new RaceFull('x', { cause: INTERACTION_EXPIRED }),
      new Error('x', { cause: 404 }),
      new Error('x', { cause: INTERACTION_EXPIRED }),
      new Error('x', { cause: new UserError({ identifier: 'SeedMissing' }) })
    ];
    expect(await storedTypes(options, caused)).toEqual(['race_full', 'wrapped', 'interaction_expired', 'seed_missing']);
  });

  test("with a function that throws leaves the plugin's own decision, and the operator reads of it once", async () => {
    await using started = await startTelemetry({ options: { errorTypes: { race_full: trap } } });
    const { telemetry, database, log } = started;
    log.length = 0;
    for (const error of [INTERACTION_EXPIRED, new RaceFull()]) await throwIn(telemetry, 'roll', error);
    await telemetry.flush();
    const failures = (await storedEvents(database)).filter(({ action }) => action === 'failure');
    expect(failures.map((row) => row['error_type'])).toEqual(['unexpected_error', 'interaction_expired']);
    expect(log).toEqual([expect.stringContaining("the bot's errorTypes or classifyError threw an error")]);
  });
});

test('an answer of classifyError that comes later is none', async () => {
  const classifyError = (async () => 'race_full') as unknown as ClassifyError;
  const errors = [new RaceFull(), INTERACTION_EXPIRED];
  expect(await storedTypes({ errorTypes: { race_full: true }, classifyError }, errors)).toEqual([
    'unexpected_error',
    'interaction_expired'
  ]);
});

test('a rule that throws leaves the other rules and classifyError in force', async () => {
  const options = {
    errorTypes: { broken: trap, race_full: RaceFull },
    classifyError: (error: unknown) => (error === 7 ? 'not_found' : undefined)
  };
  expect(await storedTypes(options, [new RaceFull(), 7])).toEqual(['race_full', 'not_found']);
});

test('a declared class is found among the causes of an error, too, and before what the plugin knows of the error itself', async () => {
  const wrapped = Object.assign(new Error('x', { cause: new RaceFull() }), { status: 404 });
  expect(await storedTypes({ errorTypes: { race_full: RaceFull } }, [wrapped])).toEqual(['race_full']);
});
