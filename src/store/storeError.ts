/**
 * Why the database did not do what was asked. `refused`: it will never take this content, so trying again is useless. `unavailable`: it may
 * later. `busy`: another process is in the way, so it may in a moment. The message holds the database's code and what to do; never its own
 * message, which may repeat a row or a password.
 */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly kind: 'refused' | 'unavailable' | 'busy' | 'full';

  constructor(kind: 'refused' | 'unavailable' | 'busy' | 'full', message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** What an operator is told of `error`: the message of a {@link StoreError}, and nothing of any other, which may repeat anything. */
export function reasonOf(error: unknown): string {
  return error instanceof StoreError ? error.message : 'an unexpected error';
}
