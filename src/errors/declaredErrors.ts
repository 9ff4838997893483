import { isPromise } from 'node:util/types';
import { normalize } from '../events/names.ts';

/**
 * When an error is of a type of the bot's own: when it is an instance of this class, or when this function returns true for it. `true` is for a
 * type that only `fail` names.
 */
export type ErrorMatcher = (new (...args: never[]) => unknown) | ((error: unknown) => boolean) | true;

/** The error types of the bot itself. */
export class DeclaredErrors {
  readonly #types: ReadonlySet<string>;
  readonly #rules: readonly { readonly type: string; readonly matches: (error: unknown) => unknown }[];

  constructor(errorTypes: Readonly<Record<string, ErrorMatcher>> = {}) {
    const declared = Object.entries(errorTypes).map(([name, matcher]) => ({ type: normalize(name), matcher }));
    this.#types = new Set(declared.map(({ type }) => type));
    this.#rules = declared.flatMap(({ type, matcher }) => (matcher === true ? [] : [{ type, matches: predicateOf(matcher) }]));
  }

  has(type: string): boolean {
    return this.#types.has(type);
  }

  /** The type whose rule holds for `error`. Throws what a rule throws. */
  match(error: unknown): string | undefined {
    return this.#rules.find(({ matches }) => settled(matches(error)) === true)?.type;
  }
}

function predicateOf(matcher: Exclude<ErrorMatcher, true>): (error: unknown) => unknown {
  return isClass(matcher) ? (error) => error instanceof matcher : matcher;
}

/** A class, or what an older compiler made of one that extends Error. */
function isClass(matcher: Exclude<ErrorMatcher, true>): matcher is new (...args: never[]) => unknown {
  const prototype = Object.getOwnPropertyDescriptor(matcher, 'prototype');
  return prototype !== undefined && (prototype.writable === false || prototype.value instanceof Error);
}

/** An answer that comes later is none; where it is a rejection, nobody else hears of it. */
export function settled(answer: unknown): unknown {
  if (!isPromise(answer)) return answer;
  answer.catch(() => undefined);
  return undefined;
}
