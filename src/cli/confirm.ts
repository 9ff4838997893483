import { createInterface } from 'node:readline/promises';
import { UsageError } from './errors.ts';

/**
 * Asks before something that can't be undone.
 * @throws {UsageError} where there is no one to ask, or when the answer is not yes.
 */
export async function confirm(question: string): Promise<void> {
  if (!process.stdin.isTTY) throw new UsageError(`${question} There is no terminal to answer on: add --yes to go on.`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`${question} [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new UsageError('Nothing was done.');
  } finally {
    terminal.close();
  }
}
