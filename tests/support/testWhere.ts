import { test } from '@jest/globals';

/** `test`, where it is possible on this machine. Elsewhere the test is skipped, and what is printed says why. */
export function testWhere(possible: boolean, why: string): (title: string, run: () => Promise<void>) => void {
  if (possible) return test;
  const { skip } = test;
  return (title, run) => {
    process.stderr.write(`SKIPPED, since ${why}: ${title}\n`);
    skip(title, run);
  };
}
