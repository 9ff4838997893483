/**
 * How likely at least `failures` of `runs` fail by chance, where each fails with a probability that is itself not known exactly: a binomial tail,
 * averaged over a Beta distribution of that probability with mean `mean` and variance mean · (1 - mean) / (precision + 1). This is the
 * beta-binomial distribution (J. G. Skellam, Journal of the Royal Statistical Society B 10, 1948); with an infinite precision it would be the
 * binomial one. With a = mean · precision and b = precision - a,
 *
 *     P(0) = Π (b + i) / (a + b + i) for i < runs,   P(i + 1) / P(i) = (runs - i) (a + i) / ((i + 1) (b + runs - i - 1)).
 *
 * Takes time in proportion to `runs`.
 * @param mean between 0 and 1, neither included.
 * @param precision above 0: as many runs as would tell as much.
 */
export function failureTail(failures: number, runs: number, mean: number, precision: number): number {
  const a = mean * precision;
  const b = precision - a;
  let logarithm = 0;
  for (let i = 0; i < runs; i += 1) logarithm += Math.log((b + i) / (precision + i));
  let tail = 0;
  for (let i = 0; i <= runs; i += 1) {
    if (i >= failures) tail += Math.exp(logarithm);
    logarithm += Math.log(((runs - i) * (a + i)) / ((i + 1) * (b + runs - i - 1)));
  }
  return tail;
}
