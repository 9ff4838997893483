import { SingleBar } from 'cli-progress';

/** Shows how far `work` has come, while it reports what it has done. */
export async function withProgress<T>(what: string, total: number, work: (done: (count: number) => void) => Promise<T>): Promise<T> {
  const bar = new SingleBar({ format: `  ${what} {bar} {percentage}% of {total}, {duration_formatted}`, etaBuffer: 1000 });
  bar.start(total, 0);
  try {
    return await work((count) => bar.increment(count));
  } finally {
    bar.stop();
  }
}
