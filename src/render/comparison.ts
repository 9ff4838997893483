import type { Change } from '../reports/change.ts';
import type { Outcomes } from '../reports/usageReport.ts';
import { count, rate, share } from './format.ts';

/** A difference from the period before, in words. */
export interface Comparison {
  /** Empty where nothing has moved, or nothing is known. */
  readonly arrow: '▲' | '▼' | '';
  readonly text: string;
  /** What it is where it is more than chance: `notable` is neither good nor bad. `null` where it may be chance. */
  readonly verdict: 'better' | 'worse' | 'notable' | null;
}

const SAME = 'as before';
const NONE_BEFORE = 'none before';

/** How far a number of runs has moved. More of them is neither good nor bad. */
export function amount({ ratio, isNotable }: Change, now: number, earlier: number): Comparison {
  const verdict = isNotable ? 'notable' : null;
  if (ratio === null || now === earlier) return { arrow: '', text: now === earlier ? SAME : NONE_BEFORE, verdict };
  const arrow = arrowFrom(now, earlier);
  return { arrow, text: `${arrow} ${share(Math.abs(ratio))} from ${count(earlier)}`, verdict };
}

/** How far a success rate has moved. More of it is better. */
export function successes({ isNotable }: Change, { successRate: now }: Outcomes, earlier: Outcomes): Comparison {
  const comparison = moved(now, earlier.successRate, rate(earlier));
  return { ...comparison, verdict: isNotable ? ((now ?? 0) > (earlier.successRate ?? 0) ? 'better' : 'worse') : null };
}

/** From a figure that may be unknown, and that reads as `words`. */
export function moved(now: number | null, earlier: number | null, words: string): Comparison {
  if (earlier === null) return { arrow: '', text: NONE_BEFORE, verdict: null };
  if (now === null) return { arrow: '', text: `${words} before`, verdict: null };
  if (now === earlier) return { arrow: '', text: SAME, verdict: null };
  const arrow = arrowFrom(now, earlier);
  return { arrow, text: `${arrow} from ${words}`, verdict: null };
}

function arrowFrom(now: number, earlier: number): Comparison['arrow'] {
  return now > earlier ? '▲' : '▼';
}
