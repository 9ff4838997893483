/** An even number: Simpson's rule takes the steps in pairs. */
const STEPS = 200;

/**
 * How likely a value of Student's t with so many degrees of freedom is at least as far from 0 as `t`, on either side; exact to four digits. It is
 * the share of ∫ cos^(freedom - 1) over 0 to π/2 that lies beyond arctan(|t| / √freedom) (Abramowitz and Stegun, Handbook of Mathematical
 * Functions, 26.7, from where t = √freedom · tan θ).
 */
export function chanceOf(t: number, freedom: number): number {
  const from = Math.atan(Math.abs(t) / Math.sqrt(freedom));
  return integrate(from, freedom - 1) / integrate(0, freedom - 1);
}

/** ∫ cos^power from `from` to π/2, by Simpson's rule. */
function integrate(from: number, power: number): number {
  const step = (Math.PI / 2 - from) / STEPS;
  let sum = 0;
  for (let at = 0; at <= STEPS; at += 1) {
    const factor = at === 0 || at === STEPS ? 1 : at % 2 === 0 ? 2 : 4;
    sum += factor * Math.max(0, Math.cos(from + at * step)) ** power;
  }
  return (sum * step) / 3;
}
