import { describe, expect, test } from '@jest/globals';
import { container } from '@sapphire/framework';
import { instrumentRoom, type RoomOptions } from '../../../src/surfaces/racetime/instrumentRoom.ts';
import { settled, startBot } from '../../support/bot.ts';
import { outcomes, storedEvents } from '../../support/databases.ts';
import { startMeasuredBot } from '../../support/measuredBot.ts';

const ROOM = { category: 'alttpr' };

/** Methods that hand back or throw one and the same thing, of whatever kind. */
class Plain {
  readonly error = Object.freeze(new TypeError('broken'));
  readonly promise = Promise.resolve('a seed');
  readonly rejection = Promise.reject(this.error);
  readonly seen: unknown[] = [];
  readonly seed: string = 'a seed';
  ex_value(...args: unknown[]): unknown {
    this.seen.push(this, ...args);
    return this.seen;
  }
  ex_promise = (): Promise<string> => this.promise;
  exRejection(): Promise<never> {
    return this.rejection;
  }
  ex_error(): never {
    throw this.error;
  }
  roll_game(): string {
    return 'a seed';
  }
}
class Derived extends Plain {
  override ex_value(first: unknown, second?: unknown): unknown {
    return super.ex_value(first, second);
  }
  override readonly seed = 'another seed';
  override roll_game(): string {
    return 'another seed';
  }
}

function outcome(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

async function expectSameBehaviour(handler: Plain): Promise<void> {
  const { error } = handler;
  const stack = error.stack;
  const argument = {};
  expect(handler.ex_value(argument, 2)).toBe(handler.seen);
  expect(handler.seen.splice(0).map((one, index) => one === [handler, argument, 2][index])).toEqual([true, true, true]);
  expect(handler.ex_promise()).toBe(handler.promise);
  expect(handler.exRejection()).toBe(handler.rejection);
  expect(await handler.rejection.catch((thrown: unknown) => thrown === error)).toBe(true);
  expect(outcome(() => handler.ex_error()) === error).toBe(true);
  expect(error.stack).toBe(stack);
  expect(handler.roll_game()).toBe(handler.seed);
}

function own(first: string): string {
  return first;
}

describe('instrumentRoom', () => {
  test('changes nothing of what a handler does, before there is a client, with telemetry off and with it on; twice measures once', async () => {
    const options = { ...ROOM, seed: 'roll_game' };
    const early = new Derived();
    expect(instrumentRoom(early, options)).toBe(early);
    delete (container as Partial<typeof container>).telemetry;
    await expectSameBehaviour(early);

    const off = await startBot();
    await expectSameBehaviour(early);
    await off.stop();

    await using on = await startMeasuredBot();
    await expectSameBehaviour(early);
    const twice = instrumentRoom(instrumentRoom(new Plain(), options), options);
    await expectSameBehaviour(twice);
    // One that inherits from what is measured already.
    await expectSameBehaviour(instrumentRoom(Object.create(twice) as Plain, options));
    await settled();
    expect(await outcomes(on.database)).toEqual({
      'racetime.room.value': { runs: 3, ok: 3, failed: 0 },
      'racetime.room.promise': { runs: 3, ok: 3, failed: 0 },
      'racetime.room.rejection': { runs: 3, ok: 0, failed: 3 },
      'racetime.room.error': { runs: 3, ok: 0, failed: 3 },
      'racetime.seed.generate': { runs: 3, ok: 3, failed: 0 }
    });
  });

  test('measures by the method, not by what else a handler has, and leaves its methods as they were but for that', async () => {
    await using bot = await startMeasuredBot();
    const asked: string[] = [];
    const handler = instrumentRoom(
      {
        ex_text: 'no method',
        get ex_getter() {
          asked.push('getter');
          return () => 'read';
        },
        export: () => 'no command',
        execute: () => 'no command',
        exam: () => 'no command',
        ex_own: Object.assign(own, { help: 'of a library' }),
        exSpoilerSeed: () => handler.rollSeed(),
        rollSeed: () => handler.generateSeed(),
        generateSeed: () => 'a seed'
      },
      ROOM
    );
    expect(asked).toEqual([]);
    expect([handler.ex_own.name, handler.ex_own.length, handler.ex_own.help]).toEqual(['own', 1, 'of a library']);
    expect([
      handler.ex_getter(),
      handler.export(),
      handler.execute(),
      handler.exam(),
      handler.ex_own('own'),
      handler.exSpoilerSeed()
    ]).toEqual(['read', 'no command', 'no command', 'no command', 'own', 'a seed']);
    await settled();
    const once = { runs: 1, ok: 1, failed: 0 };
    expect(await outcomes(bot.database)).toEqual({
      'racetime.room.own': once,
      'racetime.room.spoiler_seed': once,
      'racetime.seed.generate': once
    });
  });

  test('takes a category that is no name for "other", and never throws: the operator reads of what it could not do', async () => {
    await using bot = await startMeasuredBot();
    instrumentRoom({ ex_seed: () => 'a seed' }, { category: 'user 712345678901234567' }).ex_seed();
    const frozen = Object.freeze({ ex_seed: () => 'a seed' });
    const hostile = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('sentinel');
        }
      }
    );
    const wrong: [object, RoomOptions][] = [
      [frozen, ROOM],
      [hostile, ROOM],
      [{ ex_seed: () => 'a seed' }, undefined as never]
    ];
    for (const [handler, options] of wrong) expect(instrumentRoom(handler, options)).toBe(handler);
    expect(instrumentRoom(null as never, ROOM)).toBeNull();
    expect(frozen.ex_seed()).toBe('a seed');
    instrumentRoom({}, { ...ROOM, seed: 'brewSeed' });
    await settled();
    expect((await storedEvents(bot.database)).map(({ provider }) => provider)).toEqual(['other', 'other']);
    const warnings = bot.log.filter((line) => line.startsWith('Warn Telemetry'));
    expect(warnings).toHaveLength(wrong.length + 1);
    expect(warnings.at(-1)).toContain('no method brewSeed');
    expect(warnings.join()).not.toContain('sentinel');
  });
});
