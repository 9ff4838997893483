import { expect, test } from '@jest/globals';
import { reportOn } from '../support/madeReports.ts';

test('surfaces share a provider, whose runs are added up', () => {
  expect(reportOn(['discord', 'racetime']).providers).toEqual([{ provider: 'alttpr', runs: 2, successes: 0, failures: 2, successRate: 0 }]);
});
