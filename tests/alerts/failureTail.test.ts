import { expect, test } from '@jest/globals';
import { failureTail } from '../../src/alerts/failureTail.ts';

/** As exact as numbers are: of whole numbers only. */
function binomialTail(failures: number, runs: number, percent: number): number {
  let [tail, ways] = [0n, 1n];
  for (let i = 0; i <= runs; i += 1) {
    if (i >= failures) tail += ways * BigInt(percent) ** BigInt(i) * BigInt(100 - percent) ** BigInt(runs - i);
    ways = (ways * BigInt(runs - i)) / BigInt(i + 1);
  }
  return Number((tail * 10n ** 200n) / 100n ** BigInt(runs)) / 1e200;
}

test.each([
  [0, 20, 5],
  [1, 20, 5],
  [10, 20, 5],
  [20, 20, 30],
  [52, 104, 2],
  [300, 900, 20]
])('with a probability that is known, %i failures of %i at %i %% have the binomial tail', (failures, runs, percent) => {
  const exact = binomialTail(failures, runs, percent);
  expect(failureTail(failures, runs, percent / 100, 1e12) / exact).toBeCloseTo(1, 5);
});

test.each([
  [1, 1],
  [3, 20],
  [600, 2_000]
])('with a probability of which nothing is known, each number of failures is as likely: at least %i of %i', (failures, runs) => {
  expect(failureTail(failures, runs, 0.5, 2)).toBeCloseTo((runs + 1 - failures) / (runs + 1), 10);
});
