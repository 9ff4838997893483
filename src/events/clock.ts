import { DAY_MS, utcDay } from './day.ts';

/** What tells the time: a seam so that a test can own midnight. */
export interface Clock {
  /** Milliseconds that never run backwards, for durations. */
  monotonicMs(): number;
  /** Milliseconds since 1970. */
  nowMs(): number;
  /** The UTC day now. */
  today(): string;
}

/** The machine's clock. It makes the text of a day once a day, since every event asks for it. */
export function systemClock(): Clock {
  let lastNumber = -1;
  let day = '';
  return {
    monotonicMs: () => performance.now(),
    nowMs: () => Date.now(),
    today: () => {
      const now = Date.now();
      const number = Math.floor(now / DAY_MS);
      if (number !== lastNumber) {
        lastNumber = number;
        day = utcDay(now);
      }
      return day;
    }
  };
}
