import { container } from '@sapphire/framework';
import { PIECE, type PieceRun } from '../../events/runDescription.ts';

/** What code says of the race rooms that a handler serves. */
export interface RoomOptions {
  /** The category on racetime.gg, as `alttpr`: the provider of all runs in its rooms. What is no name becomes `other`. */
  readonly category: string;
  /** The method that makes a seed. Default: `rollSeed` or `generateSeed`, whichever the handler has. */
  readonly seed?: string | undefined;
}

/** The libraries for racetime.gg call `!seed` by its name: `ex_seed` as in Python, or `exSeed`. */
const COMMAND = /^ex(?:_(?=.)|(?=\p{Lu}))(?<command>.+)$/u;
const SEED_METHODS = ['rollSeed', 'generateSeed'];

const measured = new WeakSet<object>();

/**
 * Measures a handler of race rooms on racetime.gg, of whatever library: every chat command, a method `ex_<command>`, as
 * `racetime.room.<command>`, and the making of a seed as `racetime.seed.generate`. A command that makes a seed is both.
 * A method fails by what it throws or rejects with, and its `this`, arguments, result and error stay what they are.
 * Methods are replaced on the handler itself, so it is called where the handler is made; a second time changes nothing. It never throws.
 * @returns the same handler
 */
export function instrumentRoom<T extends object>(handler: T, options: RoomOptions): T {
  try {
    const { category: provider, seed } = options;
    const methods = methodsOf(handler);
    const seedMethod = seed ?? SEED_METHODS.find((name) => methods.has(name));
    if (seed !== undefined && !methods.has(seed)) warn(`has no method ${seed} that makes a seed`);
    for (const [name, descriptor] of methods) {
      const command = COMMAND.exec(name)?.groups?.['command'];
      if (name === seedMethod)
        measure(handler, name, descriptor, { surface: 'racetime', feature: 'seed', operation: 'generate', provider });
      else if (command !== undefined)
        measure(handler, name, descriptor, {
          surface: 'racetime',
          feature: 'room',
          operation: command,
          provider,
          [PIECE]: `race-rooms/${name}`
        });
    }
  } catch {
    warn('could not be instrumented, and is not or only partly measured');
  }
  return handler;
}

/** The methods that the handler has or inherits, by name. Nothing of it is called, not even a getter. */
function methodsOf(handler: object): Map<string, PropertyDescriptor> {
  const methods = new Map<string, PropertyDescriptor>();
  const hidden = new Set<string>();
  for (let owner: object | null = handler; owner !== null; owner = Object.getPrototypeOf(owner) as object | null) {
    for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(owner))) {
      if (typeof descriptor.value === 'function' && !hidden.has(name)) methods.set(name, descriptor);
      hidden.add(name);
    }
  }
  return methods;
}

function measure(handler: object, name: string, descriptor: PropertyDescriptor, description: PieceRun): void {
  const method = descriptor.value as (...args: unknown[]) => unknown;
  if (measured.has(method)) return;
  // A proxy has the name, the length and all that a library may have hung on the method.
  const value = new Proxy(method, { apply: (target, self, args) => track(description, () => Reflect.apply(target, self, args)) });
  Object.defineProperty(handler, name, { ...descriptor, value });
  measured.add(value);
}

/** Rooms may be served before a client is made, or without one. */
function track(description: PieceRun, work: () => unknown): unknown {
  const { telemetry } = container as Partial<typeof container>;
  return telemetry === undefined ? work() : telemetry.track(description, work);
}

function warn(what: string): void {
  (container as Partial<typeof container>).logger?.warn(`Telemetry: a handler of race rooms ${what}`);
}
