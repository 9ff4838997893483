import { readdir, rm } from 'node:fs/promises';
import type { RunState } from './globalSetup.ts';
import { inRepository } from './repository.ts';

const run: RunState = globalThis;

/** Made by jest itself, and by a build that goes on meanwhile. */
const NOT_BY_TESTS = /^coverage$|^dist/;

export default async function globalTeardown(): Promise<void> {
  await run.testPostgres?.remove();
  if (run.temporaryRoot !== undefined) await rm(run.temporaryRoot, { recursive: true, force: true, maxRetries: 3 });
  const left = (await readdir(inRepository(''))).filter((name) => !run.rootBefore?.includes(name) && !NOT_BY_TESTS.test(name));
  if (left.length > 0)
    throw new Error(
      `New in the repository since the tests began: ${left.join(', ')}. Was a bot started without a database of its own, or a program in no folder of its own?`
    );
}
