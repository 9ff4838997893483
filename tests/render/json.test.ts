import { expect, test } from '@jest/globals';
import { renderJson } from '../../src/render/json.ts';
import { reportOf } from '../support/madeReports.ts';

/** The keys of an object, or of the first in a list. */
const keysOf = (value: unknown): string[] => Object.keys(Object(Array.isArray(value) ? value[0] : value)).toSorted();

test('the JSON has the keys that are promised, with the numbers as they are', () => {
  const report = reportOf();
  const json = JSON.parse(renderJson(report)) as Record<string, unknown>;
  expect(json).toEqual(report);
  expect(Object.keys(json)).toEqual(
    expect.arrayContaining(
      (
        'days from to events activeGuilds features providers errors daily quality ' +
        'today previous noPrevious change featureTotals reach unused providerDays errorDays p50Ms p95Ms slowShare'
      ).split(' ')
    )
  );
  expect(keysOf(json['features'])).toEqual(
    'surface feature operation invokes successes failures successRate p50Ms p95Ms slowShare errors providers daily today previous change'
      .split(' ')
      .toSorted()
  );
  expect(keysOf(json['providers'])).toEqual(['provider', 'runs', 'successes', 'failures', 'successRate'].toSorted());
  expect(keysOf(json['errors'])).toEqual(['errorType', 'status', 'count'].toSorted());
  expect(keysOf(json['daily'])).toEqual(['day', 'events', 'successes', 'failures'].toSorted());
  expect(keysOf(json['quality'])).toEqual(
    ['sampleRates', 'dropped', 'refused', 'unwritten', 'lossesMayBeMissing', 'future', 'unfinished', 'notKept', 'lastWriteDay'].toSorted()
  );
});
