/** What is called, at most once, when a promise has an end. */
export interface Ends {
  readonly succeed: () => void;
  readonly fail: (error: unknown) => void;
}

/** What is known of a promise that is watched. */
interface Watched {
  /** Whether anybody besides us waits for it. */
  isTaken: boolean;
  /** What the process hears of instead, once it was rejected and nobody had taken it. */
  unhandled: Promise<never> | undefined;
}

const watched = new WeakMap<object, Watched>();
/** By the prototype of a promise, one that tells when somebody waits for it. */
const spies = new WeakMap<object, object>();
let isOurCall = false;

/**
 * Waits for a native promise. No method that the bot may have put in the way is called, and its rejection goes the way that it would go without
 * us: where nobody else waits for it, the process hears of it.
 * @returns whether that was possible: not where the promise is frozen, or has a constructor of its own.
 */
export function watchPromise(promise: Promise<unknown>, { succeed, fail }: Ends): boolean {
  const one = watched.get(promise) ?? { isTaken: false, unhandled: undefined };
  const onFulfilled = (): void => {
    take(promise);
    succeed();
  };
  const onRejected = (error: unknown): void => {
    fail(error);
    // To Node it counts as handled, since we wait for it.
    if (!one.isTaken) one.unhandled ??= rejected(error);
  };
  if (Object.hasOwn(promise, 'constructor') || !spyOn(promise)) return false;
  watched.set(promise, one);
  isOurCall = true;
  // oxlint-disable-next-line typescript/unbound-method -- The method of the language itself, and not what the bot made of it.
  void Reflect.apply(Promise.prototype.then, promise, [onFulfilled, onRejected]);
  isOurCall = false;
  if (one.isTaken) unspy(promise);
  return true;
}

async function rejected(error: unknown): Promise<never> {
  throw error;
}

/** Somebody else waits for it from now on. */
function take(promise: object): void {
  unspy(promise);
  const one = watched.get(promise);
  if (one === undefined || one.isTaken) return;
  one.isTaken = true;
  // As Node has it: a rejection that is handled within the same turn was never unhandled.
  one.unhandled?.catch(() => undefined);
}

/** Whoever waits for a native promise, `await` included, asks for its constructor first. */
function spyOn(promise: object): boolean {
  const prototype = Object.getPrototypeOf(promise) as object;
  return isSpy(prototype) || Reflect.setPrototypeOf(promise, spies.get(prototype) ?? makeSpy(prototype));
}

function unspy(promise: object): void {
  const prototype = Object.getPrototypeOf(promise) as object;
  if (isSpy(prototype)) Object.setPrototypeOf(promise, Object.getPrototypeOf(prototype) as object);
}

function isSpy(prototype: object): boolean {
  return spies.get(Object.getPrototypeOf(prototype) as object) === prototype;
}

function makeSpy(prototype: object): object {
  const spy = Object.create(prototype, {
    constructor: {
      get(this: object): unknown {
        // To us it has none, so that what comes of our own call is a plain promise: no class of the bot's makes it.
        if (isOurCall) return undefined;
        take(this);
        return (prototype as { constructor?: unknown }).constructor;
      },
      set(this: object, value: unknown) {
        take(this);
        Reflect.set(this, 'constructor', value);
      }
    }
  }) as object;
  spies.set(prototype, spy);
  return spy;
}
