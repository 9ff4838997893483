import { expect } from '@jest/globals';

/** What a figure is in the pages that people read, and in those that programs read: the values themselves, or matchers of them. */
export interface Figure {
  readonly people: unknown;
  readonly program: unknown;
}

/** A table as a page has it: the figures of each row in the order of the columns, the rows by name; `group › name` for one that belongs to a group. */
export interface Table<Cell> {
  readonly columns: readonly string[];
  readonly rows: Readonly<Record<string, readonly Cell[]>>;
}

/** Weights are whole numbers in the test: this many for an event that was not sampled. 10 is one that was sampled at 0.3, and 6 at 0.5. */
export const UNIT = 3;

/** Between which durations an exact percentile lies, in milliseconds: more than one where it falls between two runs. */
export interface Percentile {
  readonly low: number;
  readonly high: number;
}

const NONE = '–';
const ACCURACY = 0.05;
const shown = (value: number, options: Intl.NumberFormatOptions = {}): string => value.toLocaleString('en-US', options);

/** A cell that is left empty. */
export const EMPTY: Figure = { people: '', program: undefined };

/** A sum over others, which is for people alone. */
export function forPeople({ people }: Figure): Figure {
  return { people, program: undefined };
}

/** What is for programs alone. */
export function forPrograms(program: unknown): Figure {
  return { people: undefined, program };
}

export function text(value: string): Figure {
  return { people: value, program: value };
}

export function count(weight: number): Figure {
  const rounded = Math.round(weight / UNIT);
  return { people: shown(rounded), program: rounded };
}

/** Rounded down, so that only a rate of 1 reads 100 %. */
export function rate(good: number, bad: number): Figure {
  const ended = good + bad;
  if (ended === 0) return { people: NONE, program: null };
  return { people: `${(Math.floor((1000 * good) / ended) / 10).toFixed(1)}%`, program: expect.closeTo(good / ended, 10) };
}

/** A share of all runs with a duration. */
export function slow(weight: number, all: number): Figure {
  if (all === 0) return { people: NONE, program: null };
  return { people: `${(Math.round((1000 * weight) / all) / 10).toFixed(1)}%`, program: expect.closeTo(weight / all, 10) };
}

export function change(now: number | null, before: number | null, isNotable: boolean): Figure {
  const star = isNotable ? '*' : '';
  if (now === null || before === null || before === 0) return { people: `${isNotable ? 'new' : NONE}${star}`, program: null };
  const ratio = (now - before) / before;
  const sign = now === before ? '' : now > before ? '+' : '-';
  const size = Math.round(1000 * Math.abs(ratio)) / 10;
  return { people: `${sign}${shown(size)}%${star}`, program: expect.closeTo(ratio, 10) };
}

export function guilds(number: number): Figure {
  const told = number - (number % 5);
  return told === 0 ? { people: '< 5', program: 'fewer than 5' } : { people: shown(told), program: told };
}

/** Within 5 % of the exact one, and half of the last digit that is shown. */
export function duration(exact: Percentile | undefined): Figure {
  if (exact === undefined) return { people: NONE, program: null };
  const [low, high] = [exact.low * (1 - ACCURACY), exact.high * (1 + ACCURACY)];
  return {
    people: matching(`between ${low} and ${high} ms`, (cell) => {
      const [, amount, unit] = /^([\d.]+) (m?s)$/.exec(String(cell)) ?? [];
      const [factor, rounding] = unit === 's' ? [1000, 50] : [1, 0.5];
      return isWithin(Number(amount) * factor, low - rounding, high + rounding);
    }),
    program: matching(`from ${low} to ${high}`, (value) => typeof value === 'number' && isWithin(value, low - 0.05, high + 0.05))
  };
}

/** As Jest takes it in place of a value. */
export function matching(words: string, asymmetricMatch: (value: unknown) => boolean): object {
  return { asymmetricMatch, toString: () => words, toAsymmetricMatcher: () => words };
}

function isWithin(value: number, low: number, high: number): boolean {
  return value >= low && value <= high;
}
