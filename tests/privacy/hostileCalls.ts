import * as fc from 'fast-check';
import type { RunDescription } from '../../src/events/runDescription.ts';
import type { Run } from '../../src/telemetry/telemetry.ts';
import type { RunRecorder, TelemetryService } from '../../src/telemetry/telemetryService.ts';
import { anything, errors, snowflakes } from '../support/sentinels.ts';

const names = fc.oneof(fc.constantFrom('seeds', 'roll', 'Daily Race', 'погода', 'sm.samus.link', '𠀀'.repeat(64)), anything);
const sources = fc.oneof(
  { weight: 1, arbitrary: anything },
  {
    weight: 9,
    arbitrary: fc.record(
      {
        surface: fc.oneof({ weight: 9, arbitrary: fc.constantFrom('discord', 'racetime', 'api') }, { weight: 1, arbitrary: anything }),
        feature: names,
        operation: names,
        provider: names,
        guildId: fc.oneof(snowflakes, anything)
      },
      { requiredKeys: ['surface', 'feature', 'operation'] }
    )
  }
) as fc.Arbitrary<RunDescription>;

/** Every way in which code of the bot reaches telemetry, and the listeners do. */
type Method = keyof TelemetryService | keyof RunRecorder;
export type Call = readonly [method: Method, ...args: unknown[]];

/** What runs are found by, more than one call by each. */
export const KEYS = [{}, {}, {}, {}];
const keys = fc.oneof({ weight: 9, arbitrary: fc.constantFrom<unknown>(...KEYS) }, { weight: 1, arbitrary: anything });
const call = (method: Method, ...args: readonly fc.Arbitrary<unknown>[]): fc.Arbitrary<Call> =>
  fc.tuple(...args).map((values) => [method, ...values] as const);
const works = fc.oneof(
  fc.constant(() => 'a seed'),
  anything.map((said) => (run: Run) => {
    run.annotate({ provider: said as string });
    run.fail(said as string);
  }),
  errors.map((error) => () => {
    throw error;
  }),
  errors.map((thrown) => async () => {
    throw thrown;
  })
);
/** Calls that a hostile bot makes, one after the other. */
export const calls = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: call('begin', keys, sources) },
    { weight: 2, arbitrary: call('fail', keys, anything) },
    { weight: 2, arbitrary: call('failWith', keys, errors) },
    { weight: 2, arbitrary: call('deny', keys, errors) },
    { weight: 2, arbitrary: call('annotate', keys, fc.oneof(fc.record({ provider: names }), anything)) },
    { weight: 3, arbitrary: call('end', keys) },
    { weight: 3, arbitrary: call('track', sources, works, keys) },
    call('succeed', keys),
    call('has', keys),
    call('recordFailure', sources, errors),
    call('report', fc.record({ days: fc.oneof(fc.integer({ min: 1, max: 9 }), anything), surface: anything }, { requiredKeys: [] })),
    call('purge', fc.record({ dryRun: fc.oneof(fc.boolean(), anything) })),
    call('eraseGuild', anything),
    call('flush')
  ),
  { minLength: 12, maxLength: 25 }
);
