import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { validate } from 'node-cron';
import { isCron } from '../../config/cron.ts';

const number = fc.nat(70).map(String);
const word = fc.constantFrom('jan', 'DEC', 'mon', 'Sunday', 'sun', 'monkey', '*', '', 'x', '-1', '1.5');
const end = fc.oneof({ weight: 5, arbitrary: number }, word);
const range = fc.oneof(
  end,
  fc.tuple(end, end).map((ends) => ends.join('-')),
  fc.constant('*')
);
const part = fc.oneof(
  range,
  fc.tuple(range, fc.nat(9)).map((both) => both.join('/'))
);
const field = fc.array(part, { minLength: 1, maxLength: 2 }).map((parts) => parts.join(','));
const expressions = fc.array(field, { minLength: 4, maxLength: 6 }).map((fields) => fields.join(' '));

test('what is taken for a cron expression is one that node-cron can schedule by', () => {
  fc.assert(
    fc.property(expressions, (expression) => {
      expect({ expression, takes: !isCron(expression) || validate(expression) }).toEqual({ expression, takes: true });
    }),
    { numRuns: 3_000 }
  );
});

test.each(['* * * * *', '*/5 0-6 1,15 * MON', '0 2 * * *', '59 23 31 12 7', '0 0 1 jan-mar sun', '0 0 * * 1-5/2', '0 0 * january monday'])(
  '%s is one',
  (expression) => {
    expect([isCron(expression), validate(expression)]).toEqual([true, true]);
  }
);
