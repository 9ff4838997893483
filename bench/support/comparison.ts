import type { Samples } from './stats.ts';
import { printTable } from './table.ts';

/** Each contestant of this checkout, with its like of the other one. */
type Pairs<C> = ReadonlyMap<C, C>;

/** Pairs the contestants that stand at the same place; none where there is no other checkout. */
export function pair<C>(ours: readonly C[], others: readonly C[]): Pairs<C> {
  return new Map(others.map((other, index) => [ours[index] as C, other]));
}

/** Prints ours ÷ other, of the same repeats, for each measure; nothing where there is no other checkout. */
export function printComparison<C extends { readonly name: string }>(
  pairs: Pairs<C>,
  measures: Readonly<Record<string, Samples<C>>>
): void {
  if (pairs.size === 0) return;
  const named = Object.entries(measures);
  printTable(
    'This checkout ÷ the other',
    ['', ...named.flatMap(([name]) => [name, 'middle half'])],
    [...pairs].map(([one, other]) => [
      one.name,
      ...named.flatMap(([, samples]) => [samples.ratioText(one, other), samples.middleHalf(one, other)])
    ]),
    ['Medians of the ratios of the same repeats, and between which of them the middle half lies.']
  );
}
