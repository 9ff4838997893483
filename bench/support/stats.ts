/** The `share` quantile of some values (0.5 is the median), by nearest rank. */
export function quantile(values: Iterable<number>, share: number): number {
  const sorted = Float64Array.from(values).toSorted();
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export function median(values: Iterable<number>): number {
  return quantile(values, 0.5);
}

/** Runs each contestant once a repeat, in an order of its own. */
export async function interleaved<C>(
  contestants: readonly C[],
  repeats: number,
  run: (one: C, repeat: number) => Promise<void>
): Promise<void> {
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    for (const one of inTurn(contestants, repeat)) await run(one, repeat);
  }
}

/**
 * The rows of a Williams design: in as many repeats as there are contestants (twice as many of an odd number) each stands once at each place and
 * follows each other once, so that neither a place nor what another leaves in the caches is anyone's advantage.
 */
function inTurn<C>(contestants: readonly C[], repeat: number): C[] {
  const count = contestants.length;
  const zigzag = contestants.map((_, place) => (place % 2 === 0 ? place / 2 : count - (place + 1) / 2));
  const order = zigzag.map((index) => contestants[(index + repeat) % count] as C);
  return count % 2 === 1 && repeat % 2 === 1 ? order.toReversed() : order;
}

/** Values by contestant, one each repeat. */
export class Samples<C> {
  readonly #values = new Map<C, number[]>();

  add(one: C, value: number): void {
    const values = this.#values.get(one);
    if (values === undefined) this.#values.set(one, [value]);
    else values.push(value);
  }

  of(one: C): readonly number[] {
    return this.#values.get(one) ?? [];
  }

  median(one: C): number {
    return median(this.of(one));
  }

  /** The median of the ratios of the same repeats: what disturbs one repeat disturbs both. */
  ratio(one: C, to: C): number {
    return median(this.#ratios(one, to));
  }

  /** The same with three decimals: what is looked for lies close to 1. */
  ratioText(one: C, to: C): string {
    const ratio = this.ratio(one, to);
    return Number.isFinite(ratio) ? ratio.toFixed(3) : '-';
  }

  /** Between which ratios the middle half of the repeats lies: `0.981-1.022`. */
  middleHalf(one: C, to: C): string {
    const ratios = this.#ratios(one, to);
    if (ratios.length === 0) return '-';
    return `${quantile(ratios, 0.25).toFixed(3)}-${quantile(ratios, 0.75).toFixed(3)}`;
  }

  #ratios(one: C, to: C): number[] {
    return this.of(one).map((value, repeat) => value / (this.of(to)[repeat] ?? Number.NaN));
  }
}

/** How long `work` takes, in milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

/** Collects garbage where Node was started with --expose-gc, so that nobody pays for what was before. */
export function collectGarbage(): void {
  globalThis.gc?.();
}

/**
 * How far the heap rises above what it holds now while `work` goes on, in bytes: looked at again and again, with its garbage collected, which
 * slows the work down. Needs --expose-gc.
 * @param pauseMs between two looks. One takes as long as collecting garbage does.
 */
export async function heapRiseDuring(work: () => Promise<unknown>, pauseMs = 1): Promise<number> {
  const before = heldBytes();
  let highest = before;
  const look = (): void => {
    highest = Math.max(highest, heldBytes());
    timer = setTimeout(look, pauseMs);
  };
  let timer = setTimeout(look, pauseMs);
  await work();
  clearTimeout(timer);
  return highest - before;
}

function heldBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
