import { container, UserError } from '@sapphire/framework';
import * as fc from 'fast-check';
import { errors, snowflakes, texts } from './sentinels.ts';

/** How a run ends: well, by what a user wrote, or by what is planted. */
const WAYS = ['well', 'throw', 'string', 'fail', 'annotate', 'deny'] as const;

/** Someone who uses a bot with hostile intent, and the error that its code meets then. */
export const uses = fc.record({
  way: fc.constantFrom(...WAYS),
  text: texts,
  user: fc.record({ id: snowflakes, name: texts }),
  error: errors
});
export type Use = typeof uses extends fc.Arbitrary<infer One> ? One : never;

let planted: unknown;

/** What a user writes for it; the code that calls `endAs` with it meets its error. */
export function writtenIn({ way, text, error }: Use): string {
  planted = error;
  return `${way} ${text}`;
}

/**
 * Ends as `written` says, in code that is measured.
 * @param key what telemetry finds the run by.
 */
export function endAs(written: string | null | undefined, key: object): void {
  const way = WAYS.find((one) => written?.startsWith(one));
  if (way === 'throw') throw planted;
  if (way === 'string') throw written;
  if (way === 'deny') throw new UserError({ identifier: String(written), message: String(written) });
  if (way === 'fail') container.telemetry.run(key).fail(String(written));
  if (way === 'annotate') container.telemetry.run(key).annotate({ provider: String(written) });
}
