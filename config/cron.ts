const MONTHS = 'january february march april may june july august september october november december'.split(' ');
const WEEKDAYS = 'sunday monday tuesday wednesday thursday friday saturday'.split(' ');

interface CronField {
  readonly min: number;
  readonly max: number;
  /** Words for the numbers from `min` on. */
  readonly words?: readonly string[];
}

/** Minute, hour, day of the month, month, day of the week. */
const FIELDS: readonly CronField[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, words: MONTHS },
  { min: 0, max: 7, words: WEEKDAYS }
];

/**
 * Whether a text is a cron expression of five fields: numbers or words, ranges, steps, lists. node-cron, which schedules by it, has a check too, but
 * can't be loaded with the settings: in some bundles it fails to load, and a bot with telemetry off has to start all the same.
 */
export function isCron(expression: string): boolean {
  const fields = expression.trim().split(/\s+/);
  return (
    fields.length === FIELDS.length && FIELDS.every((field, index) => (fields[index] ?? '').split(',').every((part) => fits(part, field)))
  );
}

function fits(part: string, field: CronField): boolean {
  const [range = '', step, ...more] = part.split('/');
  const ends = range.split('-').map((end) => numberOf(end, field));
  // A step is through a range.
  if (more.length > 0 || (step !== undefined && !(/^[1-9]\d*$/.test(step) && (range === '*' || ends.length === 2)))) return false;
  const [first = Number.NaN, last = first] = ends;
  return range === '*' || (ends.length <= 2 && first >= field.min && first <= last && last <= field.max);
}

/** Words may be cut to three letters. */
function numberOf(text: string, { min, words = [] }: CronField): number {
  const place = words.findIndex((word) => [word, word.slice(0, 3)].includes(text.toLowerCase()));
  if (place !== -1) return min + place;
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}
