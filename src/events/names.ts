import type { Action, Surface } from '../schema/closedLists.ts';
import { eventName, operationName } from '../schema/eventName.ts';
import { EVENT_NAME, HAS_FEW_DIGITS, MAX_OPERATION, MAX_SEGMENT, OPERATION, PROVIDER, SEGMENT } from '../schema/patterns.ts';
import { codeName, normalize } from './codeName.ts';
import { PIECE, type PieceRun } from './runDescription.ts';

/** What every name becomes that is not one: too long, with a dot, with too many digits, or beyond the bound. */
export const OTHER = 'other';
/** The feature of the errors of listeners, of which nothing else is heard: they count in no rate. */
export const LISTENER_ERROR = 'listener_error';
/** Distinct operations and providers of one process. More than that do not come from code, and would fill the reports. */
const MAX_OPERATIONS = 500;
const MAX_PROVIDERS = 100;

type OperationNames = Pick<PieceRun, 'surface' | 'feature' | 'operation' | typeof PIECE>;

/** An operation whose names were checked, with its event names ready made. */
export interface Operation {
  readonly surface: Surface;
  readonly feature: string;
  /** The last part of its name: `preset`. */
  readonly name: string;
  readonly eventName: Readonly<Record<Action, string>>;
}

/** The checked names of one process. Each is checked once, then found again by what code called it. */
export class Names {
  /** How many names became `other`. */
  replaced = 0;
  /** By surface, feature and operation, as code gave them: one joined key would have to be made for every event. */
  readonly #operations = new Map<Surface, Map<string, Map<string, Operation>>>();
  #operationCount = 0;
  /** By the event name of their invoke. */
  readonly #distinct = new Map<string, Operation>();
  readonly #providers = new Map<string, string>();
  readonly #tellOther: (piece: string) => void;

  /** @param tellOther called with each piece of whose name a part became `other`, at every run of it. Default: nobody is. */
  constructor(tellOther: (piece: string) => void = () => undefined) {
    this.#tellOther = tellOther;
  }

  /** The operation by that name. What does not fit of a piece's is made to fit; what still is no name becomes `other`, and is counted. */
  operation(names: OperationNames): Operation {
    const known = this.#operations.get(names.surface)?.get(names.feature)?.get(names.operation);
    if (known !== undefined) return known;
    const replacedBefore = this.replaced;
    const { surface, feature, operation: name } = fitted(names);
    const operation = this.#bounded(
      this.#whole(makeOperation(surface, this.#checked(feature, SEGMENT, MAX_SEGMENT), this.#checked(name, OPERATION, MAX_OPERATION)))
    );
    const piece = names[PIECE];
    if (this.replaced > replacedBefore) {
      if (piece !== undefined) this.#tellOther(piece);
    } else if (this.#operationCount < MAX_OPERATIONS) this.#keep(names, operation);
    return operation;
  }

  /** The provider by that name, `null` for none. */
  provider(name: string | null | undefined): string | null {
    if (name === null || name === undefined) return null;
    const known = this.#providers.get(name);
    if (known !== undefined) return known;
    // Of a bot in JavaScript it may be anything.
    const provider = typeof name === 'string' ? name.trim().toLowerCase().normalize('NFC') : '';
    if (this.#providers.size >= MAX_PROVIDERS || provider.length > MAX_SEGMENT || !PROVIDER.test(provider)) return this.#replace();
    this.#providers.set(name, provider);
    return provider;
  }

  #keep({ surface, feature, operation: name }: OperationNames, operation: Operation): void {
    const features = this.#operations.get(surface) ?? new Map<string, Map<string, Operation>>();
    const operations = features.get(feature) ?? new Map<string, Operation>();
    this.#operations.set(surface, features.set(feature, operations.set(name, operation)));
    this.#operationCount += 1;
  }

  /** Two halves of which each is a name may hold too many digits together: then neither is kept. */
  #whole(operation: Operation): Operation {
    if (EVENT_NAME.test(operation.eventName.invoke)) return operation;
    return makeOperation(operation.surface, this.#replace(), OTHER);
  }

  /** What `other` is a part of counts too: the other part may be anything. */
  #bounded(operation: Operation): Operation {
    const name = operation.eventName.invoke;
    const known = this.#distinct.get(name);
    if (known !== undefined) return known;
    if (this.#distinct.size >= MAX_OPERATIONS) return makeOperation(operation.surface, this.#replace(), OTHER);
    this.#distinct.set(name, operation);
    return operation;
  }

  /** Patterns count what looks like one character, the columns what JavaScript calls one. */
  #checked(text: string, pattern: RegExp, longest: number): string {
    const name = typeof text === 'string' ? normalize(text) : '';
    return name.length <= longest && pattern.test(name) ? name : this.#replace();
  }

  #replace(): string {
    this.replaced += 1;
    return OTHER;
  }
}

/** Names in code are made to fit, unless they hold too many digits as a whole: what is cut off must not hide an id. */
function fitted(names: OperationNames): OperationNames {
  const { feature, operation } = names;
  if (names[PIECE] === undefined || !HAS_FEW_DIGITS.test(`${feature}.${operation}`)) return names;
  return { ...names, feature: codeName(feature, MAX_SEGMENT), operation: codeName(operation, MAX_OPERATION) };
}

function makeOperation(surface: Surface, feature: string, operation: string): Operation {
  const whole = operationName(surface, feature, operation);
  return {
    surface,
    feature,
    name: operation,
    eventName: { invoke: eventName(whole, 'invoke'), success: eventName(whole, 'success'), failure: eventName(whole, 'failure') }
  };
}
