import { isThenable, silence } from '../common/lookOn.ts';
import { normalize } from '../events/codeName.ts';

/**
 * When an error is of a type of the bot's own: when it is an instance of this class, or when this function returns true for it. `true` is for a
 * type that `fail` names, or the identifier of a Sapphire UserError.
 */
export type ErrorMatcher = (new (...args: never[]) => unknown) | ((error: unknown) => boolean) | true;

/** The error types of the bot itself. */
export class DeclaredErrors {
  readonly #types: ReadonlySet<string>;
  readonly #rules: readonly { readonly type: string; readonly matches: (error: unknown) => unknown }[];
  readonly #onOwnError: () => void;

  /** @param onOwnError called when a function of the bot throws, or answers later than at once. */
  constructor(errorTypes: Readonly<Record<string, ErrorMatcher>> = {}, onOwnError: () => void = () => undefined) {
    const declared = Object.entries(errorTypes).map(([name, matcher]) => ({ type: normalize(name), matcher }));
    this.#types = new Set(declared.map(({ type }) => type));
    this.#rules = declared.flatMap(({ type, matcher }) => (matcher === true ? [] : [{ type, matches: predicateOf(matcher) }]));
    this.#onOwnError = onOwnError;
  }

  has(type: string): boolean {
    return this.#types.has(type);
  }

  /** The first type whose rule holds for `error`. */
  match(error: unknown): string | undefined {
    return this.#rules.find(({ matches }) => askBot(matches, error, this.#onOwnError) === true)?.type;
  }
}

/** What a function of the bot says of `error`; `undefined` when it throws, or when it is asynchronous: then its rejection is nobody's. */
export function askBot(ask: (error: unknown) => unknown, error: unknown, onOwnError: () => void): unknown {
  try {
    const answer = ask(error);
    if (!isThenable(answer)) return answer;
    silence(answer);
  } catch {
    // Told below.
  }
  onOwnError();
  return undefined;
}

function predicateOf(matcher: Exclude<ErrorMatcher, true>): (error: unknown) => unknown {
  return isClass(matcher) ? (error) => error instanceof matcher : matcher;
}

/** A class, or what an older compiler made of one that extends Error. */
function isClass(matcher: Exclude<ErrorMatcher, true>): matcher is new (...args: never[]) => unknown {
  const prototype = Object.getOwnPropertyDescriptor(matcher, 'prototype');
  return prototype !== undefined && (prototype.writable === false || prototype.value instanceof Error);
}
