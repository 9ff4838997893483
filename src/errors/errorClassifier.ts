import { ERROR_TYPES, isErrorType, type Failure } from '../events/errorTypes.ts';
import { normalize } from '../events/codeName.ts';
import { OTHER } from '../events/names.ts';
import { askBot, DeclaredErrors, type ErrorMatcher } from './declaredErrors.ts';
import { fromDiscord } from './discordErrors.ts';
import { fromProvider } from './providerErrors.ts';
import { fromSapphire, identifierOf } from './sapphireErrors.ts';

/** A bot's own decision: the error type of an error that it knows, or `undefined` to leave it to the plugin. */
export type ClassifyError = (error: unknown) => string | undefined;

/** Distinct error types of the bot's own that one process stores. */
const MAX_DECLARED_TYPES = 100;
/** How far a chain of causes is followed. */
const MAX_CAUSES = 8;

interface ClassifierOptions {
  /** Error types of the bot itself, besides the plugin's, already checked. */
  readonly errorTypes?: Readonly<Record<string, ErrorMatcher>> | undefined;
  /** Asked about errors that `errorTypes` does not match. */
  readonly classify?: ClassifyError | undefined;
  /** Called when a function of the bot throws, or answers later than at once. */
  readonly onOwnError?: (() => void) | undefined;
}

/** Decides the error type of anything thrown, from classes and codes alone: a message may hold what a user wrote. */
export class ErrorClassifier {
  /** How many error types became `unexpected_error` because nobody declared them, or `other` because there were too many. */
  replaced = 0;
  readonly #declared: DeclaredErrors;
  /** Those of the declared types that were met so far. */
  readonly #met = new Set<string>();
  readonly #classify: ClassifyError;
  readonly #onOwnError: () => void;

  constructor({ errorTypes, classify = () => undefined, onOwnError = () => undefined }: ClassifierOptions = {}) {
    this.#declared = new DeclaredErrors(errorTypes, onOwnError);
    this.#classify = classify;
    this.#onOwnError = onOwnError;
  }

  /** The failure that `error` means. Never throws, whatever was thrown. */
  fromError(error: unknown): Failure {
    try {
      return this.fromType((this.#decided(error) as string | undefined) ?? this.#recognised(error) ?? 'unexpected_error');
    } catch {
      return this.fromType('unexpected_error');
    }
  }

  /** The denial that `error` means: the user's lack of a permission, unless it says otherwise. */
  fromDenial(error: unknown): Failure {
    const { errorType } = this.fromError(error);
    const isUnspecific = errorType === 'unexpected_error' || errorType === 'invalid_input';
    return { status: 'denied', errorType: isUnspecific ? 'permission_denied' : errorType, untimed: true };
  }

  /** The failure of that type; a type that nobody declared is counted and becomes `unexpected_error`. */
  fromType(type: string): Failure {
    const errorType = typeof type === 'string' ? normalize(type) : '';
    if (isErrorType(errorType)) return { status: ERROR_TYPES[errorType], errorType };
    if (this.#declared.has(errorType)) return { status: 'error', errorType: this.#bounded(errorType) };
    this.replaced += 1;
    return { status: 'error', errorType: 'unexpected_error' };
  }

  #bounded(declaredType: string): string {
    if (this.#met.size < MAX_DECLARED_TYPES) this.#met.add(declaredType);
    if (this.#met.has(declaredType)) return declaredType;
    this.replaced += 1;
    return OTHER;
  }

  /** What the bot says: by a declared type that `error` or one of its causes is of, or else by its `classifyError`. */
  #decided(error: unknown): unknown {
    for (const link of linksOf(error)) {
      const type = this.#declared.match(link);
      if (type !== undefined) return type;
    }
    return askBot(this.#classify, error, this.#onOwnError);
  }

  #recognised(error: unknown): string | undefined {
    for (const link of linksOf(error)) {
      if (!isObject(link)) return undefined;
      const type = this.#fromIdentifier(link) ?? fromSapphire(link) ?? fromDiscord(link) ?? fromProvider(link);
      if (type !== undefined) return type;
    }
    return undefined;
  }

  /** An identifier that says the error type itself: the plugin's, or one that the bot declared. */
  #fromIdentifier(link: Record<string, unknown>): string | undefined {
    const identifier = identifierOf(link);
    if (identifier === undefined) return undefined;
    const type = normalize(identifier);
    return isErrorType(type) || this.#declared.has(type) ? type : undefined;
  }
}

/** An error and its causes, as far as they are followed. */
function* linksOf(error: unknown): Generator {
  let link = error;
  for (let depth = 0; depth < MAX_CAUSES; depth += 1) {
    yield link;
    if (!isObject(link)) return;
    link = link['cause'];
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
