import { isPromise } from 'node:util/types';
import { watchPromise, type Ends } from './watchPromise.ts';

type Then = (onFulfilled?: unknown, onRejected?: unknown, ...more: unknown[]) => unknown;

/** Whether `value` is a promise, or can be awaited like one. */
export function isThenable(value: unknown): value is object {
  if (isPromise(value)) return true;
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return false;
  try {
    return typeof (value as { then?: unknown }).then === 'function';
  } catch {
    return false;
  }
}

/**
 * Tells how `thenable` ends, and leaves it to whoever gets it: nothing is started, and a rejection that nobody else waits for reaches the
 * process as if nobody did.
 * @returns whether its end is certain to be told. Of a thenable it is told once its `then` is called; of what is frozen, never.
 */
export function lookOn(thenable: object, ends: Ends): boolean {
  try {
    if (isPromise(thenable) && !hasOwnWay(thenable)) return watchPromise(thenable, ends);
    replaceThen(thenable, ends);
  } catch {
    // It is the bot's, and may throw whatever is asked of it.
  }
  return false;
}

/** Takes a rejection of `thenable` upon us, so that the process does not hear of it, and tells `onRejected` of it. */
export function silence(thenable: object, onRejected: () => void = ignore): void {
  try {
    const { then } = (isPromise(thenable) ? Promise.prototype : thenable) as { then: Then };
    Reflect.apply(then, thenable, [ignore, onRejected]);
  } catch {
    // Then it is not to be had.
  }
}

function ignore(): void {}

/** Whether a class of the bot's decides what it is to wait for such a promise: one that starts only then, say. */
function hasOwnWay(promise: Promise<unknown>): boolean {
  if (Object.getPrototypeOf(promise) === Promise.prototype) return false;
  try {
    const { then } = promise as { then: Then };
    return !Function.prototype.toString.call(then).includes('[native code]');
  } catch {
    return false;
  }
}

function replaceThen(thenable: object, { succeed, fail }: Ends): void {
  const then = (thenable as { then: Then }).then;
  const value = function (this: unknown, onFulfilled?: unknown, onRejected?: unknown, ...more: unknown[]): unknown {
    if (this !== thenable) return Reflect.apply(then, this, [onFulfilled, onRejected, ...more]);
    const fulfilled = (...values: unknown[]): unknown => {
      succeed();
      return typeof onFulfilled === 'function' ? Reflect.apply(onFulfilled, undefined, values) : values[0];
    };
    const rejected = (...errors: unknown[]): unknown => {
      fail(errors[0]);
      if (typeof onRejected === 'function') return Reflect.apply(onRejected, undefined, errors);
      throw errors[0];
    };
    return Reflect.apply(then, this, [fulfilled, rejected, ...more]);
  };
  // oxlint-disable-next-line unicorn/no-thenable -- It is one already.
  Object.defineProperty(thenable, 'then', { value, configurable: true, writable: true });
}
