/** A day, in milliseconds. */
export const DAY_MS = 86_400_000;

/** The UTC day of a moment given in milliseconds since 1970, as `2026-02-12`. */
export function utcDay(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}

/** Whether a text is a day of the calendar, as `2026-02-12`. */
export function isDay(text: string): boolean {
  const timeMs = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(timeMs) && utcDay(timeMs) === text;
}

/** The number of the day since 1970-01-01. */
export function dayNumber(day: string): number {
  return Date.parse(day) / DAY_MS;
}

/** The day that is `days` after `day`, or before it when negative. */
export function addDays(day: string, days: number): string {
  return utcDay(Date.parse(day) + days * DAY_MS);
}

/** The days from `from` to `to`, both included, the newest first. */
export function daysDownFrom(to: string, from: string): string[] {
  const days: string[] = [];
  for (let day = to; day >= from; day = addDays(day, -1)) days.push(day);
  return days;
}
